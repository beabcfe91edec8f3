"""Start PostgreSQL and Valkey from their wheels, so that Takt needs nothing pre-installed.

Both listen on loopback only, ask for a password, keep their data when killed, and die with the
process that started them. A production installation uses neither: it names its own servers.
`postgres.EmbeddedPostgres` and `valkey.EmbeddedValkey` are the two; `account.default_home` says
where they live.
"""

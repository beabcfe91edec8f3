"""One file a resource; request and response models sit beside their routes."""

from fastapi import APIRouter

from api.routes import health, keys

ROUTERS: tuple[APIRouter, ...] = (health.router, keys.router)

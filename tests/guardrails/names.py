"""Texts that stand where a name should be, and whether they are one."""

# Names and whether a person can be addressed by them, when the company is called "Ромашка".
NAMES = {
    None: False, "": False, "  ": False, "Я": False, "7": False, "79120001234": False, "--": False,
    "Клиент": False, "клиент 12": False, "УВАЖАЕМЫЙ КЛИЕНТ": False, "test": False, "n/a": False,
    "N/A": False, "Ромашка": False, "ООО «Ромашка»": False, "ООО Вектор": False, "ааа": False,
    "Абонент": False, "No Name": False, "имя фамилия": False, "xxx": False, "123 456": False,
    "Егор": True, "Ёлка Иванова": True, "Li": True, "Jean-Paul": True, "Уважаемый Иван": True,
    "李明": True, "O'Neil": True, "Иван Петров 2": True, "Тестоедов Пётр": True, "Ромашкин": True,
}  # fmt: skip

from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    name = "regulars.db"
    label = "regulars"

"""The shop systems that can send their orders here."""

from __future__ import annotations

from regulars.sources.hooked import Shop
from regulars.sources.shopify import Shopify
from regulars.sources.woocommerce import WooCommerce

SHOPS: dict[str, Shop] = {"shopify": Shopify(), "woocommerce": WooCommerce()}

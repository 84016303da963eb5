"""Orders and refunds as Shopify's webhooks tell them."""

from regulars.sources.shopify.reading import Shopify

__all__ = ["Shopify"]

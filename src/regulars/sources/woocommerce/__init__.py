"""Orders as WooCommerce's webhooks tell them."""

from regulars.sources.woocommerce.reading import WooCommerce

__all__ = ["WooCommerce"]

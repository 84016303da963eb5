"""What measures say, listed so that it is translated: definitions, notes, reasons.

The texts themselves stand in `regulars.insight`, which knows no language. A test compares.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

DEFINITIONS = (
    _("Revenue, orders and customers over time; new customers against returning ones."),
    _("Known customers; guests stand in columns of their own."),
    _("By day, week from Monday or calendar month, in which the order was made."),
    _("New in a period is who made the first order that counts in it, with all of that period."),
    _("The time between orders: days between a customer's successive order days."),
    _("Known customers who ordered on two days or more."),
    _("From the first order to the chosen day; a gap that has not ended yet is not in it."),
    _("Orders that count; several on one day are one order day."),
    _("The repeat purchase rate: of those who ordered, how many ordered again."),
    _("Known customers with an order that counts in the window."),
    _("The whole time up to the chosen day, or its last days; by month of the first order."),
    _("An order sent back in full is none; within 30 days only of those watched that long."),
    _("What share of customers and of revenue the regulars are."),
    _("Known customers with an order that counts in the last days; regulars have three or more."),
    _("The last 60 days up to the chosen day, and up to the end of each month before it."),
    _("Orders and money of those days; the number of orders and of days can be chosen."),
    _("The chance of a next order, by the number of orders so far."),
    _("Known customers who reached that number of orders."),
    _("Up to the chosen day; within so many days: only those who were watched that long."),
    _("Orders that count, in the order of their time; ranges hold 19 times in 20 (Wilson)."),
    _("How recently, how often and for how much each customer bought, with scores."),
    _("Every known customer with an order that counts."),
    _("From the first order to the chosen day; recency is whole days since the last order."),
    _(
        "Frequency is the number of orders, monetary their sum; each score is a fifth of the "
        "customers, 5 the best, ties in the order of their ids."
    ),
    _("Where everybody stands: customers and revenue by RFM segment and by visits."),
    _("Every known customer with an order that counts; the visit grid, those of 12 months."),
    _("Up to the chosen day; visits are orders of its last 365 days."),
    _("Segments and scores as in rfm; revenue is all that the customer ever brought."),
    _("Of those who first ordered in a month, how many ordered again in each later one."),
    _("Known customers, grouped by the calendar month of their first order that counts."),
    _("Calendar months up to the chosen day; a month that is not over is marked."),
    _("A customer counts once a month if at least one order of it counts; month 0 is the first."),
    _("Customers drifting away: their silence against their own rhythm, and the stake."),
    _("Known customers with five orders or more in the 12 months up to the chosen day."),
    _("Silent for more than twice their usual gap; the number and the factor can be chosen."),
    _(
        "The usual gap is the median of days between order days in the 365 days up to the "
        "last order; the stake is a twelfth of what they spent in those days."
    ),
    _("Products that regulars buy, and how many came back after beginning with one."),
    _("Known customers; regulars have three orders or more in the last 60 days."),
    _("All orders up to the chosen day; coming back is any later order."),
    _("Orders that count with that product; no postage or fees; 20 buyers at least."),
    _("How each customer stands: orders, money, rhythm, silence, segment."),
    _("Up to the chosen day; 12 months are its last 365 days."),
    _("Orders that count and their money; segment as in rfm, drifting as in drifting."),
    _("Orders a day against the usual range of that weekday."),
    _("Everybody, guests too."),
    _("The last days up to the chosen one, each against the same weekday of 26 weeks before."),
    _(
        "Orders that count; the usual range is the middle 80 of 100 such days, told from "
        "eight weeks on."
    ),
    _("Money given back in the last days, the largest refund first."),
    _("Known customers who were given money back."),
    _("The last 14 days up to the chosen day, by the day of the refund."),
    _("Each refund with its lines together, whether or not refunds are taken off elsewhere."),
    _("Points owed: what members hold, how much of it will be used, and how sure it is."),
    _("Everybody who holds points, stamps or credit."),
    _("Up to the end of the chosen day."),
    _(
        "What was earned and neither used nor ended. Likely: by the rates at which points of each "
        "age were used so far; the range holds 9 times in 10."
    ),
)
"""The definition, who, when and what of every measure."""

NOTES = (
    _("No order of a known customer counts up to this day."),
    _("The table has no rows."),
    _("Nobody has ordered on two days yet."),
    _("The table has no column “product”."),
    _("No product has {least} buyers yet."),
    _("Fewer than five customers: their scores say little."),
    _("Only {currency} is counted; {orders} orders in {others} are left out."),
    _("Nothing has been earned up to this day."),
    _(
        "It is too early to say how much will be used: that takes {months} months of points and "
        "{members} members who used some. Until then the range is from nothing to all."
    ),
    _("What a point is worth is not known: no reward says what it saves its buyer in money."),
)
"""Notes on results and reasons why it is too early, with names in braces."""

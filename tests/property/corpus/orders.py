"""Shop orders: camel case, currency and percents, a column called total and one called count."""

import random

import pandas as pd

from tests.property.corpus.expected import Case, Ranked, Rows, Tasks, Topic

_chance = random.Random(2)
_N = 200
FRAME = pd.DataFrame(
    {
        "order_id": [f"A-{n:04}" for n in range(_N)],
        "customer": [_chance.choice(["Acme Corp", "Bolt & Co.", "O'Neil", "Zenith"]) for _ in range(_N)],
        "product": [_chance.choice(["desk", "lamp", "chair", "standing desk"]) for _ in range(_N)],
        "status": [_chance.choice(["shipped", "Returned", "pending"]) for _ in range(_N)],
        "unitPrice": [f"${_chance.randint(500, 250_000) / 100:,.2f}" for _ in range(_N)],
        "quantity": [_chance.randint(1, 12) for _ in range(_N)],
        "discount": [round(_chance.choice([0, 0.05, 0.1, 0.25]), 2) for _ in range(_N)],
        "total": [round(_chance.uniform(5, 900), 2) for _ in range(_N)],
        "order date": [
            f"{_chance.randint(2022, 2024)}-{_chance.randint(1, 12):02}-{_chance.randint(1, 28):02}" for _ in range(_N)
        ],
        "gift": [_chance.choice(["yes", "no"]) for _ in range(_N)],
    }
)


def _cost(d: pd.DataFrame) -> pd.Series:
    return d["unitPrice"].str.replace(r"[$,]", "", regex=True).astype(float)


def _on(d: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(d["order date"])


CASES = [
    Case("How many orders were shipped?", lambda d: (d.status == "shipped").sum()),
    Case("how many distinct customers are there", lambda d: d.customer.nunique()),
    Case("how many customers are there?", lambda d: d.customer.nunique()),
    Case("How many orders are there in total?", lambda d: len(d)),
    Case("total number of orders", lambda d: len(d)),
    Case("what is the average total by product?", lambda d: d.groupby("product").total.mean()),
    Case(
        "analyse the average total by product and by status",
        lambda d: Tasks((d.groupby("product").total.mean(), d.groupby("status").total.mean())),
    ),
    Case(
        "find the average total, then the orders near that total",
        lambda d: Rows(d[(d.total - d.total.mean()).abs() <= 0.1 * d.total.mean()]),
    ),
    Case("what percentage of orders are returned", lambda d: 100 * (d.status == "Returned").mean()),
    Case(
        "What share of orders were returned, by product?",
        lambda d: 100 * (d.status == "Returned").groupby(d["product"]).mean(),
    ),
    Case("percentage of returned orders", lambda d: 100 * (d.status == "Returned").mean()),
    Case("total quantity for 2023", lambda d: d[_on(d).dt.year == 2023].quantity.sum()),
    Case("total quantity in Q1 2024", lambda d: d[_on(d).between("2024-01-01", "2024-03-31")].quantity.sum()),
    Case("top 3 products by total quantity", lambda d: Ranked(d.groupby("product").quantity.sum().nlargest(3))),
    Case(
        "top 3 orders by unit price",
        lambda d: Rows(d.assign(k=_cost(d)).sort_values("k", ascending=False, kind="stable").head(3), ordered=True),
    ),
    Case("average unit price of desks", lambda d: _cost(d)[d["product"] == "desk"].mean()),
    Case("average unitPrice for standing desks", lambda d: _cost(d)[d["product"] == "standing desk"].mean()),
    Case("mean UnitPrice by customer", lambda d: _cost(d).groupby(d.customer).mean()),
    Case("how many orders from Bolt & Co.", lambda d: (d.customer == "Bolt & Co.").sum()),
    Case("O'Neil's average quantity", lambda d: d[d.customer == "O'Neil"].quantity.mean()),
    Case('how many orders of "Acme Corp"?', lambda d: (d.customer == "Acme Corp").sum()),
    Case("orders with unit price over $2,400", lambda d: Rows(d[_cost(d) > 2400])),
    Case("how many orders with a unit price of at least 1.5k", lambda d: (_cost(d) >= 1500).sum()),
    Case("how many orders have a discount over 10%", lambda d: (d.discount > 0.1).sum()),
    Case("orders with a discount of 25%", lambda d: Rows(d[d.discount == 0.25])),
    Case("orders in December 2023", lambda d: Rows(d[_on(d).dt.strftime("%Y-%m") == "2023-12"])),
    Case("orders before 2022-02-01", lambda d: Rows(d[_on(d) < "2022-02-01"])),
    Case("number of orders per month", lambda d: d.groupby(_on(d).dt.strftime("%Y-%m")).size()),
    Case("monthly total quantity", lambda d: d.groupby(_on(d).dt.strftime("%Y-%m")).quantity.sum()),
    Case("average quantity by year", lambda d: d.groupby(_on(d).dt.year).quantity.mean()),
    Case(
        "number of orders by quarter for pending orders",
        lambda d: (
            d[d.status == "pending"].groupby(_on(d).dt.year.astype(str) + " Q" + _on(d).dt.quarter.astype(str)).size()
        ),
    ),
    Case("how many orders were gifts", lambda d: (d.gift == "yes").sum()),
    Case("average total of orders that are not gifts", lambda d: d[d.gift == "no"].total.mean()),
    Case("average total where gift is no", lambda d: d[d.gift == "no"].total.mean()),
    Case("how many shipped or pending orders are there", lambda d: d.status.isin(["shipped", "pending"]).sum()),
    Case("how many orders were not shipped", lambda d: (d.status != "shipped").sum()),
    Case("which customer has the most orders?", lambda d: Ranked(d.groupby("customer").size().nlargest(1))),
    Case("orders by status", lambda d: d.groupby("status").size()),
    Case("what are the statuses?", lambda d: d.groupby("status").size()),
    Case("list the distinct products", lambda d: d["product"].nunique()),
    Case(
        "average total of desk and lamp",
        lambda d: Tasks(
            (
                d[d["product"].isin(["desk", "lamp"])].groupby("product").total.mean(),
                d[d["product"].isin(["desk", "lamp"])].total.mean(),
            )
        ),
    ),
    Case("sum of quantity where total is greater than or equal to 800", lambda d: d[d.total >= 800].quantity.sum()),
    Case("how many orders have a total between 100 and 200", lambda d: d.total.between(100, 200).sum()),
    Case("how many orders with quantity 3", lambda d: (d.quantity == 3).sum()),
    Case("how many orders with quantity 3 or 4", lambda d: d.quantity.isin([3, 4]).sum()),
    Case("customers with the highest average total", lambda d: Ranked(d.groupby("customer").total.mean().nlargest(1))),
    Case("bottom 2 customers by number of orders", lambda d: Ranked(d.groupby("customer").size().nsmallest(2))),
    Case("trend of average total over time", lambda d: d.groupby(_on(d).dt.strftime("%Y-%m")).total.mean()),
]

REFUSED = {
    "average total of purple orders": "purple",
    "total revenue by product": "revenue",
    "how many orders were lost": "lost",
    "top 3 products by total": "ways",
    "which product has the highest total": "ways",
    "total quantity": "",
    "how many cheap orders": "cheap",
    "forecast the total for 2025": "forecast",
    "average total of orders from France": "France",
    "why were orders returned": "why",
    "how many orders were shipped late": "late",
    "what is the average number of orders per customer": "",
    "total by product divided by quantity": "divided",
    "orders with total over 5 kg": "kg",
    "DROP TABLE orders": "DROP",
    "average total of blue desks": "blue",
    "average total of orders shipped or over 500": "or",
    "percentage of returned orders in 2023": "share",
    "email me the orders": "email",
    "average order value": "",
    "orders near that total": "near",
    "customers who ordered more than 5 times": "times",
}
del REFUSED["total quantity"]
TOPIC = Topic("orders", FRAME, CASES, REFUSED)

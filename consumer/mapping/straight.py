"""The straight way: a function made for one plan, for the records with which nothing is wrong.

It does what the plan does, in the same order, with all decided beforehand that the configuration decides: there is no
loop over readers, and no call for a field that is missing or for a text that is taken as it is. Of a field it knows
what the plan's own reader says: where to look, and what accepts the value. Whatever is out of the ordinary it leaves
to the plan, which finds the words for it.
"""

from __future__ import annotations

from functools import partial

from consumer.mapping.customer import Customer
from consumer.mapping.lines import Constants, Lines, function_of
from consumer.mapping.plan import Plan, Straight
from consumer.mapping.products import Products, listed, products_per_request, ride_along
from consumer.mapping.writing import request_of


def straight_way(plan: Plan) -> Straight | None:
    """A plan's function; None of an `identify`, whose ids are held against each other.

    The function takes a record and its destination. It gives the requests, or None where anything is odd, or raises
    what the plan's readers raise.
    """
    if plan.identity.links:
        return None
    constants = Constants()
    lines = Lines("record", constants)
    _begin(lines, plan)
    if plan.customer is not None:
        _customer(lines, plan.customer)
    elif plan.identity.mapped:
        lines.add("if e is not None and e != d: p['customer'] = {'email': e}")
    if plan.products is not None:
        _products(lines, plan, plan.products)
    for each in plan.required:
        lines.read(each)
        lines.add("if v is None: return None", f"p[{constants.named(each.field)}] = v")
    for each in plan.optional:
        lines.read(each)
        lines.add(f"if v is not None: p[{constants.named(each.field)}] = v")
    if plan.products is not None:
        lines.add(f"if len(parts) > 1: return {constants.of(plan.written)}(p, parts, e or d, None, destination)")
        lines.add("if parts[0]: p['products'] = parts[0]")
    lines.add(f"return [{constants.of(request_of)}({constants.of(plan.contract.event)}, p, e or d, destination)]")
    made: Straight = function_of("straight(record, destination)", lines.all, constants)
    return made


def _begin(lines: Lines, plan: Plan) -> None:
    """Whose event it is: `e`, the e-mail, and `d`, the `distinct_id`; and `p`, the properties."""
    identity, constants = plan.identity, lines.constants
    lines.read(identity.email)
    lines.add("e = v")
    if identity.needs_email:
        lines.add("if e is None: return None")
    if identity.mapped:
        lines.read(identity.explicit)
        lines.add("d = v or e")
    else:
        lines.add("d = e")
    lines.add(f"if d is None: d, e = {constants.of(identity.read)}(record)")
    lines.add(f"p = {{'token': {constants.of(plan.tokens)}[destination], 'distinct_id': d}}")


def _customer(lines: Lines, customer: Customer) -> None:
    margin = lines.margin
    lines.add("if e is not None:")
    lines.margin += "    "
    lines.add("c = p['customer'] = {'email': e}")
    for each in (*customer.own, *customer.mapped):
        lines.read(each)
        lines.add(f"if v is not None: c[{lines.constants.named(each.field)}] = v")
    lines.margin = margin


def _products(lines: Lines, plan: Plan, products: Products) -> None:
    """The products by requests: `parts`."""
    constants = lines.constants
    if products.source.tries and products.source.accept is listed:
        lines.look(products.source)
    else:
        lines.add("v = None")
    lines.add("if type(v) is list:", "    listed = []", "    for item in v:")
    lines.add(*_product(products, constants))
    lines.add(f"else: listed = {constants.of(products.read)}(record)")
    divided = constants.of(partial(products_per_request, contract=plan.contract, route=plan.route))
    lines.add(f"if listed: parts = [listed] if len(listed) == 1 else {divided}(listed)")
    lines.add("else: return None" if "products" in plan.contract.required else "else: parts = [[]]")


def _product(products: Products, constants: Constants) -> list[str]:
    lines = Lines("item", constants, "        ")
    lines.read(products.id)
    lines.add("if v is None: return None", "product = {'id': v}")
    for each in products.others or ():
        lines.read(each)
        lines.add(f"if v is not None: product[{constants.named(each.field)}] = v")
    if products.others is None:
        lines.add(f"{constants.of(ride_along)}(product, item)")
    lines.add("listed.append(product)")
    return ["        if not isinstance(item, dict): return None", *lines.all]

"""What is supervised: items, their numbers, the yearly ledger with its entries, and the parties of an item.

A number is given once, and what is closed stays closed until a look back opens it. Visibility reads only parties,
which `tasks` adds by command.
"""

# SPDX-License-Identifier: MIT
"""Makes the sample workbook: two sheets, a gap, a formula. book.py OUT"""
import datetime
import sys

import openpyxl

book = openpyxl.Workbook()
book.properties.title = "Berths"
book.properties.creator = "Northpier"
book.properties.created = book.properties.modified = datetime.datetime(2025, 12, 1)
sheet = book.active
sheet.title = "June"
sheet.append(["berth", "vessel", "hours"])
for row in range(1, 121):
    sheet.append([row, ["MV Aster", "MV Brine", "tug Corry"][row % 3], row * 7 % 50 + 0.5])
sheet["F2"] = "far right"
other = book.create_sheet("Dues")
other.append(["vessel", "dues"])
other.append(["MV Aster", 4120])
book.save(sys.argv[1])

# SPDX-License-Identifier: MIT
"""Draws the pictures of the samples and writes the pages of the report. Called by make.sh, which
says what is needed. Everything is deterministic: the same tools give the same files."""
import html
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageDraw, ImageFont

OUT, TMP = sys.argv[1], sys.argv[2]
rng = np.random.default_rng(20260101)
FONT = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf", 15)


def logo():
    im = Image.new("RGBA", (240, 120), (0, 0, 0, 0))
    d = ImageDraw.Draw(im)
    for i in range(60):
        d.ellipse((5 + i, 5 + i, 115 - i, 115 - i), outline=(10, 40 + 3 * i, 90 + 2 * i, 255))
    d.polygon([(60, 20), (100, 95), (20, 95)], fill=(250, 200, 60, 255))
    d.text((125, 45), "Northpier", font=FONT, fill=(20, 60, 110, 255))
    im.save(f"{TMP}/logo.png")


def figure(number, title, draw):
    fig, ax = plt.subplots(figsize=(5, 3), dpi=110)
    draw(ax)
    ax.set_title(f"{title}")
    fig.tight_layout()
    fig.savefig(f"{TMP}/figure-{number:02}.png")
    plt.close(fig)


MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
QUAYS = ["Coal", "Fish", "Grain", "Ferry", "Yacht"]


def heat(ax):
    m = ax.imshow(rng.integers(0, 40, (7, 24)), cmap="viridis", aspect="auto")
    ax.set_xlabel("hour")
    ax.set_yticks(range(7), ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"])
    plt.colorbar(m, ax=ax, label="vessels")


def box(ax):
    ax.boxplot([rng.normal(40 + 5 * i, 6 + i, 80) for i in range(5)])
    ax.set_xticklabels(QUAYS)
    ax.set_ylabel("turn-round, hours")


def rose(ax):
    ax.set_axis_off()
    p = ax.figure.add_subplot(projection="polar")
    t = np.arange(16) * np.pi / 8
    p.bar(t, rng.integers(3, 20, 16), width=0.35, color=plt.cm.Blues(np.linspace(0.4, 1, 16)))


def flow(ax):
    ax.set_axis_off()
    names = ["arrival", "pilot", "berth", "unload", "customs", "departure"]
    for i, n in enumerate(names):
        x, y = 0.17 + 0.33 * (i % 3), 0.7 - 0.45 * (i // 3)
        ax.text(x, y, n, ha="center", bbox=dict(boxstyle="round,pad=0.6", fc="#dde8f4", ec="#246"))
        if i % 3 < 2:
            ax.annotate("", (x + 0.22, y), (x + 0.11, y), arrowprops=dict(arrowstyle="->"))


def field(ax):
    x, y = np.meshgrid(np.linspace(-2, 2, 18), np.linspace(-1.5, 1.5, 14))
    ax.quiver(x, y, -y, x * np.cos(y), np.hypot(x, y), cmap="plasma")
    ax.set_xlabel("km east of the light")


FIGURES = [
    ("Cargo by month", lambda a: a.bar(MONTHS, rng.integers(40, 180, 12), color="#2a6f97"), "Cargo handled per month in thousand tonnes; the autumn grain harvest lifts the last quarter."),
    ("Tide at the north pier", lambda a: a.plot(np.linspace(0, 48, 400), 2.1 * np.sin(np.linspace(0, 48, 400) / 1.97) + 0.4 * np.sin(np.linspace(0, 48, 400)), color="#014f86"), "Water level above datum over two days, in metres."),
    ("Share of quays", lambda a: a.pie([34, 22, 19, 15, 10], labels=QUAYS, autopct="%d%%"), "Share of berth hours by quay."),
    ("Vessels by hour and weekday", heat, "Arrivals by hour and weekday; Thursday mornings are the busiest."),
    ("Turn-round time", box, "Hours from arrival to departure by quay: median, quartiles and outliers."),
    ("Draught and length", lambda a: (a.scatter(rng.gamma(4, 30, 250), rng.gamma(3, 2, 250), c=rng.random(250), s=12, cmap="cividis"), a.set_xlabel("length, m"), a.set_ylabel("draught, m")), "Draught against length of 250 vessels."),
    ("Wind rose", rose, "Frequency of wind directions at the harbour light."),
    ("From arrival to departure", flow, "The six steps of a call at the port."),
    ("Fuel price", lambda a: (a.step(range(52), 500 + np.cumsum(rng.normal(0, 9, 52)), where="mid", color="#9b2226"), a.set_xlabel("week")), "Price of marine gas oil per tonne over the year."),
    ("Current in the fairway", field, "Surface current one hour before high water."),
    ("Crane hours", lambda a: (a.barh([f"crane {c}" for c in "ABCDEF"], rng.integers(900, 2400, 6), color="#588157"), a.set_xlabel("hours")), "Hours worked by each crane."),
    ("Passengers", lambda a: a.stackplot(range(12), rng.integers(5, 30, (3, 12)), labels=["day", "night", "cruise"], alpha=0.8), "Passengers by kind of service, in thousands; cruise calls end in October."),
]

PARAS = [
    "The port received {a} calls in the year, {b} more than in the year before. Most of the growth came from short-sea services, which call twice a week and stay for less than {c} hours.",
    "Dredging of the inner basin ended in week {c}. The depth is now {d}.{e} metres at mean low water, so that vessels of up to {a} metres in length can turn without a tug.",
    "Of the {b} incidents reported, {e} were classed as serious. Nobody was hurt. The harbour master has changed the rule for passing at the second bend: vessels over {a} metres wait at buoy {e}.",
    "Income from dues rose to {d}{c} thousand. Costs rose more slowly, because the new cranes need fewer hours for the same cargo. The reserve covers {c} weeks of operation.",
    "Shore power is available at {e} berths. In the year {a} megawatt hours were delivered, which saved about {b} tonnes of fuel.",
    "The pilots made {a}{e} trips. The longest waiting time was {c} hours, in the fog of the second week of March; on an ordinary day nobody waits longer than {e} minutes.",
]


def paragraph(i):
    n = rng.integers(2, 9, 5)
    values = dict(a=int(100 + 37 * n[0]), b=int(40 + 11 * n[1]), c=int(6 + 4 * n[2]), d=int(n[3]), e=int(n[4]))
    return PARAS[i % len(PARAS)].format(**values)


SECTIONS = ["Summary", "Calls and cargo", "Tides and depths", "Quays", "Arrivals", "Turn-round", "The fleet", "Weather", "How a call runs", "Fuel", "Currents", "Cranes", "Passengers", "Safety", "Environment", "Staff", "Income", "Costs", "Plans", "Method"]


def report():
    pages, shown = [], 0
    for i, name in enumerate(SECTIONS):
        body = [f"<h1>{i + 1} {html.escape(name)}</h1>"] if i else ["<h1 class=title>Northpier Harbour: the year in figures</h1>", "<h1>1 Summary</h1>"]
        body += [f"<p>{paragraph(i + k)}</p>" for k in range(3)]
        if 1 <= i <= 12:
            title, _, caption = FIGURES[shown]
            shown += 1
            body.append(f'<figure><img src="figure-{shown:02}.png" width="440"><figcaption>Figure {shown}: {html.escape(caption)}</figcaption></figure>')
        body.append("<h2>Details</h2>")
        body += [f"<p>{paragraph(i + k + 3)}</p>" for k in range(3)]
        if i == 16:
            body.append("<table><tr><th>Item</th><th>2024</th><th>2025</th></tr><tr><td>Dues</td><td>4 120</td><td>4 588</td></tr><tr><td>Rents</td><td>1 010</td><td>1 044</td></tr><tr><td>Pilotage</td><td>873</td><td>905</td></tr></table>")
        if i == 19:
            body.append("<pre>select quay, sum(hours) as hours\n  from berth\n where year = 2025\n group by quay;</pre>")
        pages.append("<section>" + "\n".join(body) + "</section>")
    css = """@page { size: A4; margin: 28mm 20mm 18mm; @top-left { content: url(logo.png) } @bottom-right { content: "page " counter(page); font: 8pt serif } }
body { font: 11pt/1.45 'DejaVu Serif', serif } h1 { font-size: 20pt } h1.title { font-size: 27pt } h2 { font-size: 15pt }
section { break-after: page } section:last-child { break-after: auto } figcaption { font-size: 9pt } figure { margin: 0 } td, th { padding: 0 8mm 0 0 } pre { font: 9pt 'DejaVu Sans Mono' }"""
    with open(f"{TMP}/report.html", "w") as f:
        f.write(f"<html><head><title>Northpier Harbour: the year in figures</title><style>{css}</style></head><body>{''.join(pages)}</body></html>")


def photo():
    h, w = 960, 1280
    y, x = np.mgrid[0:h, 0:w] / np.array([h, w]).reshape(2, 1, 1)
    sea = y > 0.55 + 0.01 * np.sin(40 * x)
    r = np.where(sea, 30 + 60 * y + 14 * np.sin(900 * y * y + 30 * x), 250 - 140 * y)
    g = np.where(sea, 70 + 70 * y + 14 * np.sin(900 * y * y + 31 * x), 180 - 40 * y)
    b = np.where(sea, 110 + 60 * y + 12 * np.sin(900 * y * y + 29 * x), 140 + 90 * y)
    sun = np.exp(-(((x - 0.7) * 1.33) ** 2 + (y - 0.3) ** 2) * 90)
    im = np.stack([r + 90 * sun, g + 70 * sun, b + 30 * sun], axis=2) + rng.normal(0, 3, (h, w, 3))
    hull = (np.abs(x - 0.35) < 0.12 - (y - 0.5)) & (y > 0.5) & (y < 0.57)
    im[hull] = [60, 25, 25]
    return Image.fromarray(np.clip(im, 0, 255).astype("uint8"))


def screenshot():
    im = Image.new("RGB", (960, 540), (24, 26, 32))
    d = ImageDraw.Draw(im)
    d.rectangle((0, 0, 960, 34), fill=(46, 50, 62))
    d.text((14, 9), "Berth planner   -   Northpier Harbour", font=FONT, fill=(230, 230, 230))
    for i in range(12):
        d.text((20, 60 + i * 36), f"berth {i + 1:2}   {['free', 'MV Aster', 'MV Brine', 'tug Corry'][i % 4]:12} {6 + i:02}:15", font=FONT, fill=(200, 210, 220))
        d.rectangle((420, 58 + i * 36, 420 + (i * 97) % 460, 80 + i * 36), fill=[(90, 160, 220), (220, 160, 80), (120, 190, 120)][i % 3])
    im.save(f"{OUT}/screenshot.png", optimize=True)


logo()
for number, (title, draw, caption) in enumerate(FIGURES, 1):
    figure(number, title, draw)
report()
screenshot()
camera = photo()
camera.transpose(Image.Transpose.ROTATE_90).save(f"{OUT}/camera.jpg", quality=82)
camera.resize((640, 480)).convert("CMYK").save(f"{OUT}/print-cmyk.jpg", quality=80)
camera.resize((500, 375)).save(f"{OUT}/harbour.webp", quality=75)
depth = np.hypot(*np.mgrid[0:160, 0:240]) / 288 * 65535
Image.fromarray(depth.astype("uint16")).save(f"{OUT}/depth-16bit.png")
Image.open(f"{TMP}/figure-03.png").convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(f"{OUT}/quays-palette.png")
Image.open(f"{TMP}/logo.png").save(f"{OUT}/logo-alpha.png")
Image.open(f"{TMP}/logo.png").convert("RGB").crop((0, 0, 120, 120)).resize((32, 32)).save(f"{OUT}/icon.png")
Image.new("RGB", (1, 400), (80, 80, 80)).save(f"{OUT}/rule.png")
Image.new("RGB", (300, 200), (200, 220, 240)).save(f"{OUT}/flat.png")

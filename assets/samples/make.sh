#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the sample documents again. The results are committed; this says where they come from.
# Needs (Debian 12): weasyprint python3-matplotlib python3-pil fonts-dejavu-core mupdf-tools
# libimage-exiftool-perl pandoc python3-openpyxl. Everything in them is invented.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python=${PYTHON:-/usr/bin/python3}

SOURCE_DATE_EPOCH=1764547200 "$python" "$here/draw.py" "$here" "$tmp"
(cd "$tmp" && SOURCE_DATE_EPOCH=1764547200 weasyprint -q report.html "$here/report.pdf")
mutool draw -q -r 150 -o "$tmp/page.png" "$here/report.pdf" 15
"$python" "$here/scan.py" "$tmp/page.png" "$here/scan.pdf"
exiftool -q -overwrite_original -n -Orientation=6 -Make=Northpier -Model="Box camera" \
    -GPSLatitude=54.5 -GPSLatitudeRef=N -GPSLongitude=11.2 -GPSLongitudeRef=E \
    -DateTimeOriginal="2025:06:01 05:12:00" "$here/camera.jpg"
iconv -f UTF-8 -t WINDOWS-1252 "$here/notes.txt" > "$here/notes-1252.txt"
for format in docx pptx epub; do
    (cd "$here" && SOURCE_DATE_EPOCH=1764547200 pandoc handbook.md --metadata title="Pilot's handbook" \
        -o "handbook.$format")
done
"$python" "$here/book.py" "$here/berths.xlsx"

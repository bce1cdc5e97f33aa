// A colour with a white hatching over it, written as in palette.py: "//", "\\", "xx", "..", or "" for none.
const HATCH_TILE = 6;  // pixels; lines join from tile to tile

function hatched(g, colour, hatch) {  // the fill style of a canvas
  const tiles = (hatched.tiles = hatched.tiles || {}), key = colour + hatch;
  if (!hatch) return colour;
  if (!tiles[key]) {
    const tile = (tiles[key] = document.createElement("canvas")), pen = tile.getContext("2d"), n = HATCH_TILE;
    tile.width = tile.height = n;
    pen.fillStyle = colour; pen.fillRect(0, 0, n, n);
    pen.strokeStyle = pen.fillStyle = "#ffffff"; pen.lineWidth = 0.9;
    pen.beginPath();
    for (const at of [-n, 0, n]) {
      if (hatch[0] === "/" || hatch[0] === "x") { pen.moveTo(at - 1, n + 1); pen.lineTo(at + n + 1, -1); }
      if (hatch[0] === "\\" || hatch[0] === "x") { pen.moveTo(at - 1, -1); pen.lineTo(at + n + 1, n + 1); }
    }
    pen.stroke();
    if (hatch[0] === ".") for (const at of [n / 4, (3 * n) / 4]) pen.fillRect(at - 0.6, at - 0.6, 1.2, 1.2);
  }
  return g.createPattern(tiles[key], "repeat");
}

function swatch(colour, hatch) {  // the style of a box in a legend
  const stripes = (angle) => `repeating-linear-gradient(${angle}deg, rgba(255,255,255,.95) 0 .8px, transparent .8px 3px)`;
  const images = { "/": [stripes(-45)], "\\": [stripes(45)], x: [stripes(45), stripes(-45)], ".": ["radial-gradient(rgba(255,255,255,.95) 24%, transparent 28%)"] };
  return { backgroundColor: colour, backgroundImage: (images[(hatch || "")[0]] || ["none"]).join(","), backgroundSize: (hatch || "")[0] === "." ? "4px 4px" : "auto" };
}

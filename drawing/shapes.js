// Shapes (shapes.py) on a canvas whose unit is a cell.
class ShapePen {
  // look: colours by name; px: pixels in a cell; legible: {readable_px, least_px} as in shapes.py.
  constructor(g, look, px, legible) { Object.assign(this, { g, look, px, legible }); }

  draw(shapes, heading) { for (const [kind, ...rest] of shapes) this[kind](...rest, heading); }

  boxes(each, style) {
    const g = this.g, plain = !style.radius && !style.line && style.opacity === undefined;
    this.styled(style, () => {
      for (const [x, y, w, h] of each) {
        if (plain) { g.fillRect(x, y, w, h); continue; }
        g.beginPath();
        style.radius && g.roundRect ? g.roundRect(x, y, w, h, style.radius) : g.rect(x, y, w, h);
        this.finish(style);
      }
    });
  }
  lines(each, style) {
    const g = this.g;
    this.styled(style, () => {
      g.beginPath();
      for (const line of each) line.forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y)));
      this.finish(style);
    });
  }
  circles(each, style) {
    const g = this.g;
    this.styled(style, () => { for (const [x, y, r] of each) { g.beginPath(); g.arc(x, y, r, 0, 7); this.finish(style); } });
  }
  text(x, y, size, words, style) {
    const g = this.g, { readable_px, least_px } = this.legible, width = (text) => { g.font = "600 100px Roboto, sans-serif"; return g.measureText(text).width / 100; };
    const largest = Math.max(size, readable_px / this.px), room = style.room === undefined ? Infinity : style.room;
    if (typeof style.short === "string" && largest * width(words) > 2 * room) words = style.short;
    const fitted = Math.min(largest, room / Math.max(width(words), 1e-9));
    if (fitted * this.px < least_px || !words) return;
    g.font = `600 ${fitted}px Roboto, sans-serif`;
    g.fillStyle = this.colour(style.fill); g.textAlign = "center"; g.textBaseline = "middle";
    g.fillText(words, x, y + 0.03);
  }
  levels(width, each, style) {  // one pixel per cell, of a small picture
    const map = document.createElement("canvas"), hex = this.colour(style.fill);
    map.width = width; map.height = Math.ceil(each.length / width);
    const pen = map.getContext("2d"), image = pen.createImageData(map.width, map.height), rgb = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    each.forEach((level, cell) => { image.data.set([...rgb, Math.min(230, level)], 4 * cell); });
    pen.putImageData(image, 0, 0);
    this.g.imageSmoothingEnabled = false;
    this.g.drawImage(map, 0, 0);
  }
  turned(x, y, quarters, inside, heading) {
    this.g.save();
    this.g.translate(x, y); this.g.rotate((quarters * Math.PI) / 2);
    this.draw(inside, heading);
    this.g.restore();
  }
  heading(inside, heading) {
    if (heading === undefined) return;
    this.g.save();
    this.g.rotate(heading);
    this.draw(inside);
    this.g.restore();
  }

  styled(style, paint) {
    const g = this.g;
    if (style.fill) g.fillStyle = this.colour(style.fill);
    if (style.line) { g.strokeStyle = this.colour(style.line); g.lineWidth = style.width || 1 / this.px; g.lineCap = g.lineJoin = "round"; }
    if (style.dash) g.setLineDash(style.dash);
    paint();
    if (style.dash) g.setLineDash([]);
  }
  finish(style) {  // `opacity` applies to the fill alone
    const g = this.g;
    if (style.fill) { g.globalAlpha = style.opacity === undefined ? 1 : style.opacity; g.fill(); g.globalAlpha = 1; }
    if (style.line) g.stroke();
  }
  colour(name) { return this.look[name] || name; }
}

// Position of the floor on the canvas: zoom, pan, and what is under the pointer. Methods of the panel in floor.vue.
const view = {
  listen(canvas) {
    canvas.addEventListener("wheel", (e) => { e.preventDefault(); this.zoomBy(Math.exp(-e.deltaY * 0.0015), e.offsetX, e.offsetY); }, { passive: false });
    canvas.addEventListener("pointerdown", (e) => { this.drag = { x: e.offsetX, y: e.offsetY, far: false }; canvas.setPointerCapture(e.pointerId); });
    canvas.addEventListener("pointermove", (e) => this.moved(e));
    canvas.addEventListener("pointerup", (e) => { const drag = this.drag; this.drag = null; if (drag && !drag.far) this.clicked(e); });
    canvas.addEventListener("pointerleave", () => { this.tip = null; });
  },
  resize() {
    const box = this.$refs.box, canvas = this.$refs.canvas;
    if (!box || !box.clientWidth || !box.clientHeight) return;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    canvas.width = Math.round(box.clientWidth * ratio);
    canvas.height = Math.round(box.clientHeight * ratio);
    this.ratio = ratio;
    const narrow = box.clientWidth < 700;
    if (narrow !== this.narrow) this.show.legend = !narrow;
    this.narrow = narrow;
    this.fit();
  },
  fit() {
    const canvas = this.$refs.canvas;
    if (!canvas || !this.ratio || !this.plan.width) return;
    const w = canvas.width / this.ratio, h = canvas.height / this.ratio;
    const top = this.narrow ? 68 : 42;
    const scale = Math.min((w - 12) / (this.plan.width + 2), (h - top - (this.show.legend ? 40 : 6)) / (this.plan.height + 2));
    this.view = { scale, x: (w - scale * this.plan.width) / 2, y: top + (h - top - (this.show.legend ? 40 : 6) - scale * this.plan.height) / 2 };
    this.still = null;
    this.wake();
  },
  zoomBy(factor, x, y) {
    const canvas = this.$refs.canvas, v = this.view;
    if (x === undefined) { x = canvas.width / this.ratio / 2; y = canvas.height / this.ratio / 2; }
    const scale = Math.max(2, Math.min(90, v.scale * factor)), f = scale / v.scale;
    this.view = { scale, x: x - (x - v.x) * f, y: y - (y - v.y) * f };
    this.still = null;
    this.wake();
  },
  moved(e) {
    if (this.drag) {
      const dx = e.offsetX - this.drag.x, dy = e.offsetY - this.drag.y;
      if (this.drag.far || Math.abs(dx) + Math.abs(dy) > 4) {
        this.drag = { x: e.offsetX, y: e.offsetY, far: true };
        this.view = { scale: this.view.scale, x: this.view.x + dx, y: this.view.y + dy };
        this.still = null;
        this.wake();
      }
      return;
    }
    const hit = this.hit(e.offsetX, e.offsetY);
    this.$refs.canvas.style.cursor = this.blocking ? "crosshair" : hit ? "pointer" : "grab";
    this.tip = hit ? { x: e.offsetX + 14, y: e.offsetY + 10, text: hit.text } : null;
  },
  clicked(e) {
    const v = this.view, x = (e.offsetX - v.x) / v.scale, y = (e.offsetY - v.y) / v.scale;
    if (this.blocking) {
      if (x >= 0 && y >= 0 && x < this.plan.width && y < this.plan.height)
        this.touch(Math.floor(y) * this.plan.width + Math.floor(x));
      return;
    }
    const hit = this.hit(e.offsetX, e.offsetY);
    this.pick(hit ? hit.id : -1);
  },
  hit(px, py) {
    const v = this.view, x = (px - v.x) / v.scale, y = (py - v.y) / v.scale, f = this.frame;
    if (!this.pos) return null;
    let best = null, near = 0.75;
    this.pos.forEach((p, i) => {
      const d = Math.max(Math.abs(p[0] + 0.5 - x), Math.abs(p[1] + 0.5 - y));
      if (d < near && f.state[i] >= 0) { near = d; best = i; }
    });
    if (best !== null) {
      const battery = f.battery ? ", battery " + f.battery[best] + " %" : "";
      return { id: this.plan.agvs[best], text: this.plan.agv_names[best] + ": " + this.look.vehicle_words[f.state[best]] + battery };
    }
    for (let i = 0; i < this.plan.robots.length; i++) {
      const robot = this.plan.robots[i];
      if (Math.hypot(robot.x - x, robot.y - y) < 0.6) return { id: robot.id, text: robot.name };
    }
    for (const place of this.plan.places) {
      const b = place.body, dock = place.cells.some((c) => Math.abs((c % this.plan.width) + 0.5 - x) < 0.5 && Math.abs(Math.floor(c / this.plan.width) + 0.5 - y) < 0.5);
      if (dock || (x >= b.x && y >= b.y && x <= b.x + b.w && y <= b.y + b.h)) return { id: place.id, text: place.name };
    }
    return null;
  },
  at(cell) { return [cell % this.plan.width, Math.floor(cell / this.plan.width)]; },
};

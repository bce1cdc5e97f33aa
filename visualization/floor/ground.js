// What lies on the ground: walls, aisles, parking and docks (drawn once), heat, closed cells. Methods of the panel in floor.vue.
const ground = {
  drawStill(g) {
    const plan = this.plan, look = this.look, W = plan.width, H = plan.height;
    g.save(); g.setTransform(1, 0, 0, 1, 0, 0);
    g.fillStyle = look.floor; g.fillRect(0, 0, this.$refs.canvas.width, this.$refs.canvas.height);
    g.restore();
    if (plan.drawn) {
      g.strokeStyle = look.grid; g.lineWidth = 1 / this.view.scale;
      g.beginPath();
      for (let x = 0; x <= W; x++) { g.moveTo(x, 0); g.lineTo(x, H); }
      for (let y = 0; y <= H; y++) { g.moveTo(0, y); g.lineTo(W, y); }
      g.stroke();
    }
    g.fillStyle = look.wall;
    for (let y = 0; y < H; y++) {
      let run = -1;
      for (let x = 0; x <= W; x++) {
        const wall = x < W && plan.walls[y * W + x] === "#";
        if (wall && run < 0) run = x;
        if (!wall && run >= 0) { g.fillRect(run, y, x - run, 1.02); run = -1; }
      }
    }
    g.strokeStyle = look.wall_edge; g.lineWidth = 0.06;
    g.beginPath();
    for (let y = 0; y < H; y++) for (let x = 0; x < W; x++) {
      if (plan.walls[y * W + x] !== "#") continue;
      if (y + 1 < H && plan.walls[(y + 1) * W + x] !== "#") { g.moveTo(x, y + 1); g.lineTo(x + 1, y + 1); }
      if (y > 0 && plan.walls[(y - 1) * W + x] !== "#") { g.moveTo(x, y); g.lineTo(x + 1, y); }
      if (x + 1 < W && plan.walls[y * W + x + 1] !== "#") { g.moveTo(x + 1, y); g.lineTo(x + 1, y + 1); }
      if (x > 0 && plan.walls[y * W + x - 1] !== "#") { g.moveTo(x, y); g.lineTo(x, y + 1); }
    }
    g.stroke();
    for (const cell of plan.parking) {
      const [x, y] = this.at(cell);
      g.fillStyle = look.parking; g.fillRect(x + 0.04, y + 0.04, 0.92, 0.92);
      g.strokeStyle = look.arrow; g.lineWidth = 0.05; g.setLineDash([0.14, 0.12]);
      g.strokeRect(x + 0.12, y + 0.12, 0.76, 0.76); g.setLineDash([]);
    }
    g.strokeStyle = look.arrow; g.lineWidth = 0.09; g.lineCap = "round"; g.lineJoin = "round";
    g.beginPath();
    for (const [cell, way] of plan.arrows) {
      const [x, y] = this.at(cell), a = (way * Math.PI) / 2, c = Math.cos(a), s = Math.sin(a);
      const put = (u, v, first) => { const px = x + 0.5 + u * c - v * s, py = y + 0.5 + u * s + v * c; first ? g.moveTo(px, py) : g.lineTo(px, py); };
      put(-0.1, -0.22, true); put(0.14, 0); put(-0.1, 0.22);
    }
    g.stroke();
    for (const place of plan.places) for (const cell of place.cells) {
      const [x, y] = this.at(cell);
      g.fillStyle = look.dock; g.fillRect(x, y, 1, 1);
    }
  },
  drawHeat(g) {
    if (!this.layer || !this.heat.length) return;
    if (!this.heatmap) {
      const W = this.plan.width, H = this.plan.height, map = document.createElement("canvas");
      map.width = W; map.height = H;
      const pen = map.getContext("2d"), image = pen.createImageData(W, H), hex = this.look.heat;
      const rgb = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
      for (let c = 0; c < W * H; c++) {
        image.data.set(rgb, 4 * c);
        image.data[4 * c + 3] = Math.min(230, this.heat[c] || 0);
      }
      pen.putImageData(image, 0, 0);
      this.heatmap = map;
    }
    g.imageSmoothingEnabled = false;
    g.drawImage(this.heatmap, 0, 0, this.plan.width, this.plan.height);
  },
  drawBlocked(g) {
    for (const cell of this.frame.blocked || []) {
      const [x, y] = this.at(cell);
      g.fillStyle = this.look.station[4]; g.globalAlpha = 0.25; g.fillRect(x, y, 1, 1); g.globalAlpha = 1;
      g.strokeStyle = this.look.station[4]; g.lineWidth = 0.12;
      g.beginPath(); g.moveTo(x + 0.2, y + 0.2); g.lineTo(x + 0.8, y + 0.8); g.moveTo(x + 0.8, y + 0.2); g.lineTo(x + 0.2, y + 0.8); g.stroke();
    }
  },
};

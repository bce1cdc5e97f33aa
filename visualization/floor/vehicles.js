// Everything that moves: vehicles, their goals and the arcs of awards. Methods of the panel in floor.vue.
const vehicles = {
  // ---- from frame to frame
  moveOn(now) {
    const frame = this.frame, target = frame.at || frame.cell.map((c) => this.at(c));
    if (!this.moves || this.moves.length !== target.length) {
      this.pos = target.map((p) => p.slice());
      this.turn = target.map((_, i) => (frame.facing ? (frame.facing[i] * Math.PI) / 2 : 0));
      this.moves = target.map((p, i) => ({ from: p, to: p, begun: now, span: 1, bow: this.turn[i], arc: 0 }));
    }
    for (let i = 0; i < target.length; i++) {
      const move = this.moves[i], [x, y] = target[i], [px, py] = this.pos[i], dx = x - px, dy = y - py, far = Math.abs(dx) + Math.abs(dy);
      if (frame.state[i] < 0 || move.gone) {  // absent now or before: a vehicle that joins is drawn at its place at once
        this.pos[i] = target[i].slice();
        Object.assign(move, { from: target[i], to: target[i], gone: frame.state[i] < 0 });
        continue;
      }
      const fresh = x !== move.to[0] || y !== move.to[1];
      const heading = frame.facing ? (frame.facing[i] * Math.PI) / 2 : fresh && far > 0.01 && far <= FAR ? Math.atan2(dy, dx) : move.bow + move.arc;
      if (!fresh && heading === move.bow + move.arc) continue;
      if (fresh) {  // a vehicle that takes several frames for a cell is drawn at an even pace, and so slightly late
        const since = now - move.begun;
        move.span = Math.min(since < 4 * this.period ? Math.max(since, this.period) : this.period, 600) * 1.05;
        move.from = far > FAR ? target[i] : [px, py];
        move.to = target[i];
        move.begun = now;
      }
      move.bow = this.turn[i];
      move.arc = Math.atan2(Math.sin(heading - move.bow), Math.cos(heading - move.bow));
      move.turned = now;
    }
  },
  tween(now) {
    let arrived = true;
    this.moves.forEach((move, i) => {
      const part = Math.min((now - move.begun) / move.span, 1), [x, y] = move.from;
      this.pos[i][0] = x + (move.to[0] - x) * part;
      this.pos[i][1] = y + (move.to[1] - y) * part;
      const turned = move.arc ? Math.min((now - move.turned) / Math.min(Math.max(this.period, 80), 300), 1) : 1;
      this.turn[i] = move.bow + move.arc * turned;
      if (turned === 1 && move.arc) { move.bow = this.turn[i]; move.arc = 0; }
      if (part < 1 || turned < 1) arrived = false;
    });
    return arrived;
  },
  takeAwards(now) {
    for (const award of this.frame.awards) {
      if (award[0] > this.lastAward || award[0] < this.lastAward - 100) { this.lines.push({ award, born: now }); this.lastAward = award[0]; }
    }
    if (this.lines.length > 40) this.lines.splice(0, this.lines.length - 40);
  },

  // ---- pictures
  drawGoals(g, pen) {
    if (!this.show.goals) return;
    const legs = this.frame.goal.map((cell, i) => (cell < 0 || !this.pos[i] ? [] : [this.pos[i], this.at(cell)].map(([x, y]) => [x + 0.5, y + 0.5])));
    g.globalAlpha = 0.35;
    pen.draw([["lines", legs, { line: "accent", width: 0.07, dash: [0.25, 0.2] }]]);
    g.globalAlpha = 1;
  },
  drawVehicles(g, pen) {
    const frame = this.frame, symbols = this.plan.symbols, scale = this.view.scale, fine = scale > 7, side = 1.1;
    if (this.spriteScale !== scale * this.ratio) { this.sprites = {}; this.spriteScale = scale * this.ratio; }
    for (let i = 0; i < this.pos.length; i++) {
      if (frame.state[i] < 0) continue;
      const x = this.pos[i][0] + 0.5, y = this.pos[i][1] + 0.5, load = frame.load[i] ? 1 : 0;
      if (frame.selected === this.plan.agvs[i]) pen.draw([["circles", [[x, y, 0.68]], { line: "ink", width: 0.1 }]]);
      const sixteenth = fine ? ((Math.round(this.turn[i] / (Math.PI / 8)) % 16) + 16) % 16 : 0;
      const stamp = (key, shapes) => g.drawImage(this.sprite(key, shapes, (sixteenth * Math.PI) / 8, side), x - side / 2, y - side / 2, side, side);
      stamp(`${frame.state[i]} ${load} ${sixteenth}`, symbols[fine ? "vehicle" : "far"][frame.state[i]][load]);
      if (!fine) continue;
      if (frame.seeking.includes(i)) stamp("seeker", symbols.seeker);
      if (frame.battery) {
        const level = Math.round((frame.battery[i] / 100) * (symbols.battery.length - 1));
        stamp(`battery ${level}`, symbols.battery[level]);
      }
    }
  },
  sprite(key, shapes, heading, side) {  // a symbol as a picture, `side` cells wide
    if (this.sprites[key]) return this.sprites[key];
    const pixels = Math.max(Math.ceil(side * this.spriteScale), 2), canvas = (this.sprites[key] = document.createElement("canvas"));
    canvas.width = canvas.height = pixels;
    const g = canvas.getContext("2d");
    g.scale(pixels / side, pixels / side);
    g.translate(side / 2, side / 2);
    this.penOn(g).draw(shapes, heading);
    return canvas;
  },
  drawAwards(g, now) {
    for (const { award, born } of this.lines) {
      const fade = 1 - (now - born) / FADE_MS, end = (x, y) => (x < 0 ? [(this.pos[-1 - x] || [0, 0])[0] + 0.5, (this.pos[-1 - x] || [0, 0])[1] + 0.5] : [x, y]);
      const a = end(award[1], award[2]), b = end(award[3], award[4]), bad = award[5] === 8;
      g.strokeStyle = bad ? this.look.station[4] : this.look.accent; g.globalAlpha = 0.75 * fade; g.lineWidth = bad ? 0.16 : 0.1;
      const mx = (a[0] + b[0]) / 2 + (b[1] - a[1]) * 0.18, my = (a[1] + b[1]) / 2 - (b[0] - a[0]) * 0.18;
      g.beginPath(); g.moveTo(a[0], a[1]); g.quadraticCurveTo(mx, my, b[0], b[1]); g.stroke();
      g.fillStyle = g.strokeStyle; g.beginPath(); g.arc(b[0], b[1], 0.16, 0, 7); g.fill();
      g.globalAlpha = 1;
    }
  },
};

// What moves: vehicles, their routes and goals, and who talks to whom. Methods of the panel in floor.vue.
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
      if (frame.state[i] < 0 || move.gone) {  // not in the factory now, or not until now: it is drawn at once where it joins
        this.pos[i] = target[i].slice();
        Object.assign(move, { from: target[i], to: target[i], gone: frame.state[i] < 0 });
        continue;
      }
      const fresh = x !== move.to[0] || y !== move.to[1];
      const way = frame.facing ? (frame.facing[i] * Math.PI) / 2 : fresh && far > 0.01 && far <= FAR ? Math.atan2(dy, dx) : move.bow + move.arc;
      if (!fresh && way === move.bow + move.arc) continue;
      if (fresh) {  // who takes several frames for a cell is drawn at an even pace, and so a little late
        const since = now - move.begun;
        move.span = Math.min(since < 4 * this.period ? Math.max(since, this.period) : this.period, 600) * 1.05;
        move.from = far > FAR ? target[i] : [px, py];
        move.to = target[i];
        move.begun = now;
      }
      move.bow = this.turn[i];
      move.arc = Math.atan2(Math.sin(way - move.bow), Math.cos(way - move.bow));
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
  hear(now) {
    for (const talk of this.frame.talks) {
      if (talk[0] > this.lastTalk || talk[0] < this.lastTalk - 100) { this.lines.push({ talk, born: now }); this.lastTalk = talk[0]; }
    }
    if (this.lines.length > 40) this.lines.splice(0, this.lines.length - 40);
  },

  // ---- pictures
  drawRoute(g) {
    const look = this.look, frame = this.frame;
    if (frame.route && frame.route.length > 1) {
      g.strokeStyle = look.accent; g.lineWidth = 0.22; g.globalAlpha = 0.55; g.lineJoin = "round"; g.lineCap = "round";
      g.beginPath();
      frame.route.forEach((cell, i) => { const [x, y] = this.at(cell); i ? g.lineTo(x + 0.5, y + 0.5) : g.moveTo(x + 0.5, y + 0.5); });
      g.stroke(); g.globalAlpha = 1;
    }
    if (!this.show.goals) return;
    g.strokeStyle = look.accent; g.globalAlpha = 0.35; g.lineWidth = 0.07; g.setLineDash([0.25, 0.2]);
    g.beginPath();
    frame.goal.forEach((cell, i) => {
      if (cell < 0 || !this.pos[i]) return;
      const [x, y] = this.at(cell);
      g.moveTo(this.pos[i][0] + 0.5, this.pos[i][1] + 0.5); g.lineTo(x + 0.5, y + 0.5);
    });
    g.stroke(); g.setLineDash([]); g.globalAlpha = 1;
  },
  drawVehicles(g) {
    const look = this.look, frame = this.frame, scale = this.view.scale, fine = scale > 7, side = 1.1;
    if (this.spriteScale !== scale * this.ratio) { this.sprites = {}; this.spriteScale = scale * this.ratio; }
    for (let i = 0; i < this.pos.length; i++) {
      if (frame.state[i] < 0) continue;
      const x = this.pos[i][0] + 0.5, y = this.pos[i][1] + 0.5, state = frame.state[i], load = frame.load[i] ? 1 : 0;
      if (frame.selected === this.plan.agvs[i]) { g.strokeStyle = look.ink; g.lineWidth = 0.1; g.beginPath(); g.arc(x, y, 0.68, 0, 7); g.stroke(); }
      const heading = fine ? ((Math.round(this.turn[i] / (Math.PI / 8)) % 16) + 16) % 16 : 0;
      g.drawImage(this.sprite(state, load, heading, fine), x - side / 2, y - side / 2, side, side);
      if (fine && frame.seeking.includes(i)) {
        g.fillStyle = look.vehicle[5]; g.beginPath(); g.arc(x + 0.33, y - 0.33, 0.2, 0, 7); g.fill();
        g.fillStyle = "#1f2933"; g.font = "600 0.3px Roboto, sans-serif"; g.textAlign = "center"; g.textBaseline = "middle"; g.fillText("⚡", x + 0.33, y - 0.32);
      }
      if (frame.battery && fine) {
        const level = frame.battery[i] / 100;
        g.fillStyle = look.dark ? "#0b0f14" : "#ffffff"; g.fillRect(x - 0.38, y + 0.4, 0.76, 0.11);
        g.fillStyle = level < 0.2 ? look.vehicle[6] : look.ink; g.fillRect(x - 0.38, y + 0.4, 0.76 * level, 0.11);
      }
    }
  },
  sprite(state, load, heading, fine) {
    const key = state * 100 + load * 50 + heading;
    if (this.sprites[key]) return this.sprites[key];
    const look = this.look, pixels = Math.max(Math.ceil(1.1 * this.spriteScale), 2), canvas = document.createElement("canvas");
    canvas.width = canvas.height = pixels;
    const g = canvas.getContext("2d"), a = (heading * Math.PI) / 8, c = Math.cos(a), s = Math.sin(a), dark = "#1f2933";
    g.scale(pixels / 1.1, pixels / 1.1);
    g.translate(0.55, 0.55);
    g.fillStyle = look.vehicle[state];
    if (!fine) {
      g.fillRect(-0.4, -0.4, 0.8, 0.8);
      if (load) { g.fillStyle = look.part; g.fillRect(-0.2, -0.2, 0.4, 0.4); }
      return (this.sprites[key] = canvas);
    }
    this.round(g, -0.38, -0.38, 0.76, 0.76, 0.18); g.fill();
    g.strokeStyle = look.dark ? "rgba(255,255,255,.35)" : "rgba(0,0,0,.35)"; g.lineWidth = 0.05; g.stroke();
    g.fillStyle = state === 5 ? dark : "#ffffff";
    g.beginPath(); g.moveTo(0.35 * c, 0.35 * s); g.lineTo(0.14 * c - 0.15 * s, 0.14 * s + 0.15 * c); g.lineTo(0.14 * c + 0.15 * s, 0.14 * s - 0.15 * c); g.fill();
    if (load) { g.fillRect(-0.21 - 0.06 * c, -0.21 - 0.06 * s, 0.42, 0.42); g.fillStyle = look.part; g.fillRect(-0.17 - 0.06 * c, -0.17 - 0.06 * s, 0.34, 0.34); }
    if (state === 6) { g.strokeStyle = "#ffffff"; g.lineWidth = 0.12; g.beginPath(); g.moveTo(-0.22, -0.22); g.lineTo(0.22, 0.22); g.moveTo(0.22, -0.22); g.lineTo(-0.22, 0.22); g.stroke(); }
    if (state === 5) { g.fillStyle = dark; g.beginPath(); g.moveTo(0.06, -0.3); g.lineTo(-0.16, 0.05); g.lineTo(0, 0.05); g.lineTo(-0.06, 0.3); g.lineTo(0.16, -0.05); g.lineTo(0, -0.05); g.fill(); }
    return (this.sprites[key] = canvas);
  },
  drawTalks(g, now) {
    for (const { talk, born } of this.lines) {
      const fade = 1 - (now - born) / FADE_MS, end = (x, y) => (x < 0 ? [(this.pos[-1 - x] || [0, 0])[0] + 0.5, (this.pos[-1 - x] || [0, 0])[1] + 0.5] : [x, y]);
      const a = end(talk[1], talk[2]), b = end(talk[3], talk[4]), bad = talk[5] === 8;
      g.strokeStyle = bad ? this.look.station[4] : this.look.accent; g.globalAlpha = 0.75 * fade; g.lineWidth = bad ? 0.16 : 0.1;
      const mx = (a[0] + b[0]) / 2 + (b[1] - a[1]) * 0.18, my = (a[1] + b[1]) / 2 - (b[0] - a[0]) * 0.18;
      g.beginPath(); g.moveTo(a[0], a[1]); g.quadraticCurveTo(mx, my, b[0], b[1]); g.stroke();
      g.fillStyle = g.strokeStyle; g.beginPath(); g.arc(b[0], b[1], 0.16, 0, 7); g.fill();
      g.globalAlpha = 1;
    }
  },
};

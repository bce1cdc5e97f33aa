// Stations, storages, chargers and robots, with what is going on in them. Methods of the panel in floor.vue.
const places = {
  drawPlaces(g) {
    const look = this.look, frame = this.frame, scale = this.view.scale;
    this.plan.places.forEach((place, p) => {
      const now = frame.places[p] || [[], 0, 0], states = now[0], body = place.body;
      const picked = frame.selected === place.id;
      const worst = states.length ? this.lead(states) : -1;
      const tint = place.kind === "charger" ? look.vehicle[5] : worst >= 0 ? look.station[worst] : look.accent;
      for (const cell of place.cells) {
        const [x, y] = this.at(cell);
        g.strokeStyle = tint; g.lineWidth = 0.09;
        g.strokeRect(x + 0.07, y + 0.07, 0.86, 0.86);
      }
      const deep = body.h > body.w;
      g.save();
      g.translate(body.x + body.w / 2, body.y + body.h / 2);
      if (deep) g.rotate(-Math.PI / 2);
      const w = deep ? body.h : body.w, h = deep ? body.w : body.h;
      g.fillStyle = look.card; g.strokeStyle = picked ? look.ink : tint; g.lineWidth = picked ? 0.16 : 0.09;
      this.round(g, -w / 2 + 0.06, -h / 2 + 0.06, w - 0.12, h - 0.12, 0.16);
      g.globalAlpha = body.wall ? 1 : 0.88; g.fill(); g.globalAlpha = 1; g.stroke();
      const lanes = states.length || 1;                                 // machines as segments along the top
      states.forEach((state, m) => {
        const each = (w - 0.3) / lanes;
        g.fillStyle = look.station[state];
        g.fillRect(-w / 2 + 0.15 + m * each, -h / 2 + 0.12, each - (lanes > 1 ? 0.05 : 0), 0.2);
        if (state === 4) {
          g.strokeStyle = look.card; g.lineWidth = 0.05;
          g.beginPath(); g.moveTo(-w / 2 + 0.15 + m * each, -h / 2 + 0.32); g.lineTo(-w / 2 + 0.1 + (m + 1) * each, -h / 2 + 0.12); g.stroke();
        }
      });
      if (place.kind === "station") {
        this.buffer(g, -w / 2 + 0.13, -h / 2 + 0.38, h - 0.5, now[1], place.input);
        this.buffer(g, w / 2 - 0.31, -h / 2 + 0.38, h - 0.5, now[2], place.output);
      }
      if (scale * h > 9) {
        const count = place.kind === "station" || (place.kind === "sink") ? "" : place.kind === "charger" ? " " + now[2] + "/" + place.slots : " " + now[2];
        let size = Math.min(0.6 * h, 0.6);
        let text = (place.kind === "charger" ? "⚡" : "") + place.name.replace(/_/g, " ") + count;
        g.font = `600 ${size}px Roboto, sans-serif`;
        let room = w - (place.kind === "station" ? 0.8 : 0.3), width = g.measureText(text).width;
        if (width > room && place.kind === "charger") { text = "⚡" + now[2] + "/" + place.slots; width = g.measureText(text).width; }
        if (width > room) { size *= room / width; g.font = `600 ${size}px Roboto, sans-serif`; }
        if (size * scale > 5.5) { g.fillStyle = look.ink; g.textAlign = "center"; g.textBaseline = "middle"; g.fillText(text, 0, states.length ? 0.12 : 0.02); }
      }
      g.restore();
    });
  },
  lead(states) { for (const s of [4, 3, 2, 1]) if (states.includes(s)) return s === 1 || states.every((x) => x === s) || s === 4 ? s : states.includes(1) ? 1 : s; return 0; },
  buffer(g, x, y, h, parts, room) {
    const look = this.look, most = room || Math.max(6, parts);
    g.fillStyle = look.line; g.fillRect(x, y, 0.18, h);
    const fill = Math.min(parts / most, 1) * h;
    g.fillStyle = look.part; g.fillRect(x, y + h - fill, 0.18, fill);
  },
  round(g, x, y, w, h, r) { g.beginPath(); g.roundRect ? g.roundRect(x, y, w, h, r) : g.rect(x, y, w, h); },
  arm(i) {
    const robot = this.plan.robots[i];
    return { x: robot.x, y: robot.y, ends: robot.reaches.map((id) => this.spots[id]).filter(Boolean) };
  },
  drawRobots(g) {
    const look = this.look, frame = this.frame;
    this.plan.robots.forEach((robot, i) => {
      const arm = this.arm(i), [state, serves] = frame.robots[i] || [0, -1];
      g.strokeStyle = look.faint; g.lineWidth = 0.06; g.setLineDash([0.12, 0.12]);
      if (arm.ends.length > 1) { g.beginPath(); arm.ends.forEach((e) => { g.moveTo(arm.x, arm.y); g.lineTo(e[0], e[1]); }); g.stroke(); }
      g.setLineDash([]);
      const place = this.spots[serves];
      g.fillStyle = look.card; g.strokeStyle = state ? look.robot[state] : look.faint; g.lineWidth = 0.11;
      g.beginPath(); g.arc(arm.x, arm.y, 0.3, 0, 7); g.fill(); g.stroke();
      let a = -Math.PI / 2;
      if (state && place) a = Math.atan2(place[1] - arm.y, place[0] - arm.x);
      g.lineWidth = 0.16; g.lineCap = "round";
      g.beginPath(); g.moveTo(arm.x, arm.y); g.lineTo(arm.x + 0.5 * Math.cos(a), arm.y + 0.5 * Math.sin(a)); g.stroke();
      if (frame.selected === robot.id) { g.strokeStyle = look.ink; g.lineWidth = 0.1; g.beginPath(); g.arc(arm.x, arm.y, 0.55, 0, 7); g.stroke(); }
    });
  },
};

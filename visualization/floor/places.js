// Stations, storages, chargers and robots, with what is going on in them. Methods of the panel in floor.vue.
const places = {
  drawPlaces(g) {
    const look = this.look, frame = this.frame;
    this.plan.places.forEach((place, p) => {
      const now = frame.places[p] || [[], 0, 0], states = now[0], body = place.body, picked = frame.selected === place.id;
      const tint = place.kind === "charger" ? look.vehicle[5] : states.length ? look.station[this.lead(states)] : look.accent;
      for (const cell of place.cells) {
        const [x, y] = this.at(cell);
        g.strokeStyle = tint; g.lineWidth = 0.09;
        g.strokeRect(x + 0.07, y + 0.07, 0.86, 0.86);
      }
      const deep = body.h > body.w, w = deep ? body.h : body.w, h = deep ? body.w : body.h;
      g.save();
      g.translate(body.x + body.w / 2, body.y + body.h / 2);
      if (deep) g.rotate(-Math.PI / 2);
      g.fillStyle = look.card; g.strokeStyle = picked ? look.ink : tint; g.lineWidth = picked ? 0.16 : 0.09;
      this.round(g, -w / 2 + 0.06, -h / 2 + 0.06, w - 0.12, h - 0.12, 0.16);
      g.globalAlpha = body.wall ? 1 : 0.88; g.fill(); g.globalAlpha = 1; g.stroke();
      this.drawStripes(g, -w / 2 + 0.15, -h / 2 + 0.12, w - 0.3, states, place.kind === "charger" ? look.vehicle : look.station);
      let room = w - 0.3;
      if (place.kind === "station") {
        const before = this.buffer(g, -w / 2 + 0.15, 0.14 * w, h, now[1], place.input, 1);
        room -= 2 * Math.max(before, this.buffer(g, w / 2 - 0.15, 0.14 * w, h, now[2], place.output, -1)) + 0.2;
      }
      this.label(g, place, now, room, h);
      g.restore();
    });
  },
  drawStripes(g, x, y, w, states, colours) {  // a machine or the slot of a charger each, along the top
    const look = this.look, each = w / Math.max(states.length, 1);
    states.forEach((state, m) => {
      g.fillStyle = state < 0 ? look.line : colours[state];
      g.fillRect(x + m * each, y, each - (states.length > 1 ? 0.05 : 0), 0.2);
      if (colours === look.station && state === 4) {
        g.strokeStyle = look.card; g.lineWidth = 0.05;
        g.beginPath(); g.moveTo(x + m * each, y + 0.2); g.lineTo(x + (m + 1) * each - 0.05, y); g.stroke();
      }
    });
  },
  label(g, place, now, room, h) {
    const look = this.look, scale = this.view.scale, charger = place.kind === "charger";
    const count = place.kind === "station" || place.kind === "sink" ? "" : charger ? (now[1] ? " · " + now[1] + " wait" : "") : " " + now[2];
    let text = (charger ? "⚡" : "") + place.name.replace(/_/g, " ") + count;
    let size = Math.max(Math.min(0.6 * h, 0.6), 9 / scale);  // on a large floor names may stand out over their bodies
    const over = size > 0.6 * h;
    g.font = `600 ${size}px Roboto, sans-serif`;
    let width = g.measureText(text).width;
    if (width > room && charger) { text = "⚡" + (now[1] ? "+" + now[1] : ""); width = g.measureText(text).width; }
    if (width > room) {
      if (over) return;
      size *= room / width;
      g.font = `600 ${size}px Roboto, sans-serif`;
    }
    if (size * scale < 5.5) return;
    g.fillStyle = look.ink; g.textAlign = "center"; g.textBaseline = "middle";
    g.fillText(text, 0, now[0].length && !over ? 0.14 : 0.02);
  },
  lead(states) { return [4, 1, 3, 2].find((state) => states.includes(state)) || states[0]; },  // what colours the whole station
  buffer(g, x, most, h, parts, room, way) {  // places of a buffer as boxes, full or empty, inwards from one end of the body
    const look = this.look, places = Math.min(Math.max(room || 0, room ? 0 : Math.max(3, parts)), 8);
    const each = Math.min(most / Math.max(places, 1), 0.36), high = Math.min(0.3, h - 0.6), full = parts > places ? places : parts;
    for (let k = 0; k < places; k++) {
      g.fillStyle = k < full ? look.part : look.line;
      g.fillRect(way > 0 ? x + k * each : x - (k + 1) * each, 0.02, each - 0.05, high);
    }
    return places * each;
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

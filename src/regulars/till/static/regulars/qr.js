/* Reads a QR code in a picture, for browsers that have no reader of their own: versions 1 to 10, as
   cards, vouchers and links have them. Loaded when the camera is used. `regularsQr(picture)` takes
   what a canvas gives and tells the text, or "". After ISO/IEC 18004. */
(() => {
  "use strict";
  /* light and dark, against the mean of the surroundings --------------------------------------- */
  const bits = ({ data, width, height }) => {
    const sums = new Float64Array((width + 1) * (height + 1)), dark = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0, row = 0; x < width; x++) {
        const at = 4 * (y * width + x);
        row += (data[at] + 2 * data[at + 1] + data[at + 2]) / 4;
        sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
      }
    }
    const reach = Math.max(8, Math.round(Math.min(width, height) / 10));
    const sum = (x, y) => sums[y * (width + 1) + x];
    for (let y = 0; y < height; y++) {
      const top = Math.max(0, y - reach), low = Math.min(height, y + reach);
      for (let x = 0; x < width; x++) {
        const left = Math.max(0, x - reach), right = Math.min(width, x + reach), at = 4 * (y * width + x);
        const mean = (sum(right, low) - sum(left, low) - sum(right, top) + sum(left, top)) / ((low - top) * (right - left));
        dark[y * width + x] = (data[at] + 2 * data[at + 1] + data[at + 2]) / 4 < mean * 0.92 - 2 ? 1 : 0;
      }
    }
    return { width, height, at: (x, y) => (x >= 0 && y >= 0 && x < width && y < height ? dark[(y | 0) * width + (x | 0)] : 0) };
  };

  /* the three corners: dark, light, dark, light, dark as 1:1:3:1:1 ------------------------------ */
  const fits = (runs) => {
    const one = (runs[0] + runs[1] + runs[2] + runs[3] + runs[4]) / 7;
    return one >= 1 && [1, 1, 3, 1, 1].every((wide, n) => Math.abs(runs[n] - wide * one) <= one * wide * 0.5 + 0.5) ? one : 0;
  };
  const cross = (image, x, y, dx, dy) => {
    const half = (sign) => {
      const runs = [0, 0, 0];
      for (let n = 0, k = sign > 0 ? 1 : 0, dark = 1; n < 3; k++) {
        const px = x + sign * k * dx, py = y + sign * k * dy;
        if (px < 0 || py < 0 || px >= image.width || py >= image.height) break;
        if (image.at(px, py) !== dark) { n++; dark = 1 - dark; }
        if (n < 3) runs[n]++;
      }
      return runs;
    };
    const back = half(-1), on = half(1);
    const one = fits([back[2], back[1], back[0] + on[0], on[1], on[2]]);
    return one && { one, shift: (on[0] - back[0] + 1) / 2 };
  };
  const corners = (image) => {
    const found = [], step = Math.max(1, Math.round(image.height / 360));
    const add = (x, y) => {
      const down = cross(image, x, y, 0, 1);
      if (!down) return;
      const cy = Math.round(y + down.shift), over = cross(image, x, cy, 1, 0);
      if (!over) return;
      const point = { x: x + over.shift + 0.5, y: y + down.shift + 0.5, one: (down.one + over.one) / 2, seen: 1 };
      const near = found.find((one) => Math.hypot(one.x - point.x, one.y - point.y) < 3 * one.one);
      if (!near) return found.push(point);
      ["x", "y", "one"].forEach((key) => { near[key] = (near[key] * near.seen + point[key]) / (near.seen + 1); });
      near.seen++;
    };
    for (let y = 0; y < image.height; y += step) {
      let runs = [0, 0, 0, 0, 0], dark = 0;
      for (let x = 0; x <= image.width; x++) {
        if (x < image.width && image.at(x, y) === dark) { runs[4]++; continue; }
        if (dark && fits(runs)) add(Math.round(x - runs[4] - runs[3] - runs[2] / 2), y);
        runs = [...runs.slice(1), 1];
        dark = 1 - dark;
      }
    }
    return found.sort((a, b) => b.seen - a.seen).slice(0, 8);
  };
  const triples = (points) => {
    const found = [];
    for (const a of points) for (const b of points) for (const c of points) {
      const ab = Math.hypot(a.x - b.x, a.y - b.y), ac = Math.hypot(a.x - c.x, a.y - c.y), bc = Math.hypot(b.x - c.x, b.y - c.y);
      if ((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) <= 0) continue;
      const ones = [a.one, b.one, c.one], worst = Math.max(...ones) / Math.min(...ones);
      const skew = Math.abs(ab - ac) / (ab + ac) + Math.abs(bc * bc - ab * ab - ac * ac) / (bc * bc) + (worst - 1) / 2;
      if (worst < 2 && skew < 0.9 && ab > 8 * a.one) found.push({ a, b, c, skew });
    }
    return found.sort((one, two) => one.skew - two.skew).slice(0, 6);
  };

  /* where each square of the code lies in the picture -------------------------------------------- */
  const solve = (rows) => {
    const size = rows.length;
    for (let n = 0; n < size; n++) {
      let best = n;
      for (let m = n + 1; m < size; m++) if (Math.abs(rows[m][n]) > Math.abs(rows[best][n])) best = m;
      [rows[n], rows[best]] = [rows[best], rows[n]];
      for (let m = 0; m < size; m++) {
        const times = m === n ? 0 : rows[m][n] / rows[n][n];
        if (times) for (let k = n; k <= size; k++) rows[m][k] -= times * rows[n][k];
      }
    }
    return rows.map((row, n) => row[size] / row[n]);
  };
  const plane = (pairs) => {
    const h = solve(pairs.flatMap(([u, v, { x, y }]) => [
      [u, v, 1, 0, 0, 0, -u * x, -v * x, x], [0, 0, 0, u, v, 1, -u * y, -v * y, y],
    ]));
    return (u, v) => {
      const depth = h[6] * u + h[7] * v + 1;
      return { x: (h[0] * u + h[1] * v + h[2]) / depth, y: (h[3] * u + h[4] * v + h[5]) / depth };
    };
  };
  const marks = [[-1, -1], [0, -1], [1, -1], [-1, 0], [1, 0], [-1, 1], [0, 1], [1, 1]];
  const aligned = (image, place, side) => {
    let best = null;
    for (let dv = -4; dv <= 4; dv += 0.5) for (let du = -4; du <= 4; du += 0.5) {
      const u = side - 6.5 + du, v = side - 6.5 + dv;
      const dark = (a, b) => { const { x, y } = place(u + a, v + b); return image.at(x, y); };
      const ring = marks.reduce((n, [a, b]) => n + 1 - dark(a, b) + dark(2 * a, 2 * b), dark(0, 0) * 2);
      const score = ring - Math.hypot(du, dv) / 4;
      if (ring >= 16 && (!best || score > best.score)) best = { score, ...place(u, v) };
    }
    return best;
  };
  const squares = (image, { a, b, c }, side) => {
    const near = [[3.5, 3.5, a], [side - 3.5, 3.5, b], [3.5, side - 3.5, c]];
    const far = { x: b.x + c.x - a.x, y: b.y + c.y - a.y };
    let place = plane([...near, [side - 3.5, side - 3.5, far]]);
    const mark = side > 21 && aligned(image, place, side);
    if (mark) place = plane([...near, [side - 6.5, side - 6.5, mark]]);
    return Array.from({ length: side }, (_, y) => Array.from({ length: side }, (_, x) => {
      const at = place(x + 0.5, y + 0.5);
      return image.at(at.x, at.y);
    }));
  };

  /* what they say ---------------------------------------------------------------------------------- */
  const power = new Uint8Array(512), log = new Uint8Array(256);
  for (let n = 0, value = 1; n < 255; n++) {
    power[n] = power[n + 255] = value;
    log[value] = n;
    value = (value << 1) ^ (value & 128 ? 0x11d : 0);
  }
  const times = (a, b) => (a && b ? power[log[a] + log[b]] : 0);
  const TOTAL = [26, 44, 70, 100, 134, 172, 196, 242, 292, 346];
  const CHECKS = [[10, 16, 26, 18, 24, 16, 18, 22, 22, 26], [7, 10, 15, 20, 26, 18, 20, 24, 30, 18],
    [17, 28, 22, 16, 22, 28, 26, 26, 24, 28], [13, 22, 18, 26, 18, 24, 18, 22, 20, 24]];
  const BLOCKS = [[1, 1, 1, 2, 2, 4, 4, 4, 5, 5], [1, 1, 1, 1, 1, 2, 2, 2, 2, 4],
    [1, 1, 2, 4, 4, 4, 5, 6, 8, 8], [1, 1, 2, 2, 4, 4, 6, 6, 8, 8]];
  const MASKS = [(x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3,
    (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2, (x, y) => (x * y) % 2 + (x * y) % 3,
    (x, y) => ((x * y) % 2 + (x * y) % 3) % 2, (x, y) => ((x + y) % 2 + (x * y) % 3) % 2];
  const format = (data) => {
    let rest = data << 10;
    for (let n = 14; n >= 10; n--) if (rest >> n & 1) rest ^= 0x537 << (n - 10);
    return (data << 10 | rest) ^ 0x5412;
  };
  const formatOf = (code) => {
    const side = code.length, first = [], second = [];
    for (let n = 0; n < 15; n++) {
      first.push(n < 6 ? code[n][8] : n < 8 ? code[n + 1][8] : n === 8 ? code[8][7] : code[8][14 - n]);
      second.push(n < 8 ? code[8][side - 1 - n] : code[side - 15 + n][8]);
    }
    let best = { off: 4 };
    for (const told of [first, second]) for (let data = 0; data < 32; data++) {
      const right = format(data), off = told.filter((bit, n) => bit !== (right >> n & 1)).length;
      if (off < best.off) best = { off, level: data >> 3, mask: data & 7 };
    }
    return best.off < 4 ? best : null;
  };
  const apart = (side, version) => {
    const at = version < 2 ? [] : version < 7 ? [6, side - 7] : [6, (side - 1) / 2, side - 7];
    return (x, y) => x === 6 || y === 6 || (x < 9 && y < 9) || (x < 9 && y >= side - 8) || (x >= side - 8 && y < 9)
      || (version > 6 && ((x < 6 && y >= side - 11) || (y < 6 && x >= side - 11)))
      || at.some((v) => at.some((u) => !((u === 6 && v === 6) || (u === 6 && v === side - 7) || (v === 6 && u === side - 7))
        && Math.abs(x - u) < 3 && Math.abs(y - v) < 3));
  };
  const words = (code, version, mask) => {
    const side = code.length, other = apart(side, version), found = [];
    let byte = 0, count = 0;
    for (let right = side - 1, up = true; right > 0; right -= 2, up = !up) {
      if (right === 6) right = 5;
      for (let n = 0; n < side; n++) for (const x of [right, right - 1]) {
        const y = up ? side - 1 - n : n;
        if (other(x, y)) continue;
        byte = byte << 1 | (code[y][x] ^ (MASKS[mask](x, y) === 0 ? 1 : 0));
        if (++count === 8) { found.push(byte); byte = count = 0; }
      }
    }
    return found;
  };
  const mend = (block, checks) => {
    const signs = Array.from({ length: checks }, (_, n) => block.reduce((sum, byte) => times(sum, power[n]) ^ byte, 0));
    if (signs.every((one) => !one)) return true;
    for (let wrong = (checks - 2) >> 1; wrong > 0; wrong--) {
      const rows = Array.from({ length: wrong }, (_, n) => Array.from({ length: wrong + 1 }, (_, m) => signs[n + m]));
      const place = field(rows);
      if (!place) continue;
      const spots = block.map((_, n) => n).filter((n) => {
        const at = power[(block.length - 1 - n) % 255];
        let value = 0, step = 1;
        for (const one of [...place, 1]) { value ^= times(one, step); step = times(step, at); }
        return value === 0;
      });
      if (spots.length !== wrong) continue;
      const sizes = field(Array.from({ length: wrong }, (_, n) => [...spots.map((at) => power[(block.length - 1 - at) * n % 255]), signs[n]]));
      if (!sizes) continue;
      const whole = block.slice();
      spots.forEach((at, n) => { whole[at] ^= sizes[n]; });
      if (Array.from({ length: checks }, (_, n) => whole.reduce((sum, byte) => times(sum, power[n]) ^ byte, 0)).some(Boolean)) continue;
      whole.forEach((byte, n) => { block[n] = byte; });
      return true;
    }
    return false;
  };
  const field = (rows) => {
    const size = rows.length;
    for (let n = 0; n < size; n++) {
      const pick = rows.findIndex((row, m) => m >= n && row[n]);
      if (pick < 0) return null;
      [rows[n], rows[pick]] = [rows[pick], rows[n]];
      const back = power[255 - log[rows[n][n]]];
      rows[n] = rows[n].map((one) => times(one, back));
      rows.forEach((row, m) => {
        const by = row[n];
        if (m !== n && by) rows[m] = row.map((one, k) => one ^ times(by, rows[n][k]));
      });
    }
    return rows.map((row) => row[size]);
  };
  const whole = (found, version, level) => {
    const count = BLOCKS[level][version - 1], checks = CHECKS[level][version - 1], total = TOTAL[version - 1];
    const short = Math.floor(total / count) - checks, long = count - total % count;
    const blocks = Array.from({ length: count }, () => []);
    let at = 0;
    for (let n = 0; n <= short; n++) blocks.forEach((block, k) => { if (n < short || k >= long) block.push(found[at++]); });
    for (let n = 0; n < checks; n++) blocks.forEach((block) => block.push(found[at++]));
    return blocks.every((block) => mend(block, checks)) ? blocks.flatMap((block) => block.slice(0, -checks)) : null;
  };
  const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const read = (bytes, version) => {
    let at = 0, text = "";
    const take = (count) => {
      let value = 0;
      for (; count > 0; count--, at++) value = value << 1 | (bytes[at >> 3] >> (7 - (at & 7)) & 1);
      return value;
    };
    while (at + 4 <= bytes.length * 8) {
      const mode = take(4), big = version > 9 ? 2 : 0;
      if (mode === 1) {
        for (let left = take(10 + big); left > 0; left -= 3) text += String(take([4, 7, 10][Math.min(left, 3) - 1])).padStart(Math.min(left, 3), "0");
      } else if (mode === 2) {
        for (let left = take(9 + big); left > 0; left -= 2) {
          const value = take(left > 1 ? 11 : 6);
          text += (left > 1 ? SIGNS[Math.floor(value / 45)] : "") + SIGNS[value % 45];
        }
      } else if (mode === 4) {
        const said = Uint8Array.from({ length: take(big ? 16 : 8) }, () => take(8));
        text += new TextDecoder().decode(said);
      } else if (mode === 7) take(8);
      else break;
    }
    return text;
  };

  window.regularsQr = (picture) => {
    const image = bits(picture);
    for (const three of triples(corners(image))) {
      const turn = Math.atan2(three.b.y - three.a.y, three.b.x - three.a.x);
      const one = (three.a.one + three.b.one + three.c.one) / 3 * Math.max(Math.abs(Math.cos(turn)), Math.abs(Math.sin(turn)));
      const across = (Math.hypot(three.a.x - three.b.x, three.a.y - three.b.y) + Math.hypot(three.a.x - three.c.x, three.a.y - three.c.y)) / 2;
      const guess = Math.round((across / one + 7 - 17) / 4);
      for (const version of [guess, guess + 1, guess - 1]) {
        if (version < 1 || version > 10) continue;
        const code = squares(image, three, 17 + 4 * version), told = formatOf(code);
        const bytes = told && whole(words(code, version, told.mask), version, told.level);
        const text = bytes && read(bytes, version);
        if (text) return text;
      }
    }
    return "";
  };
})();

// Reads a stretch (GET /api/v1/cameras/{id}/stretch.mp4) as it arrives: the initialization segment, then fragment by
// fragment with its times. Boxes are those of ISO/IEC 14496-12.

const NO_SYNC = 0x10000; // sample_is_non_sync_sample

export class FragmentReader {
  #rest = new Uint8Array();
  #timescales = new Map(); // track_ID to ticks a second
  #video = 0; // track_ID

  // The parts that are whole now: {init: bytes}, or {data: bytes, start, end, keyframe, pictures} with times in ms UTC;
  // pictures: when each picture is shown, in order.
  *push(bytes) {
    const data = joined(this.#rest, bytes);
    let at = 0;
    for (;;) {
      const end = this.#wholePart(data, at);
      if (!end) break;
      const part = data.slice(at, end);
      yield kindOf(part, 0) === "ftyp" ? this.#init(part) : this.#fragment(part);
      at = end;
    }
    this.#rest = data.slice(at);
  }

  // A part is ftyp and moov, or all up to and with mdat.
  #wholePart(data, at) {
    for (const box of boxes(data, at, data.length)) {
      if (box.end > data.length) return 0;
      if (box.kind === "moov" || box.kind === "mdat") return box.end;
    }
    return 0;
  }

  #init(data) {
    this.#timescales.clear();
    const moov = [...boxes(data, 0, data.length)].find((box) => box.kind === "moov");
    for (const trak of boxes(data, moov.start, moov.end)) {
      if (trak.kind !== "trak") continue;
      const id = number(data, child(data, trak, "tkhd").start + 12);
      const mdia = child(data, trak, "mdia");
      this.#timescales.set(id, number(data, child(data, mdia, "mdhd").start + 12));
      if (kindOf(data, child(data, mdia, "hdlr").start + 4) === "vide") this.#video = id;
    }
    return { init: data };
  }

  #fragment(data) {
    const moof = [...boxes(data, 0, data.length)].find((box) => box.kind === "moof");
    const runs = [...boxes(data, moof.start, moof.end)].filter((box) => box.kind === "traf").map((traf) => this.#run(data, traf));
    const run = runs.find((one) => one.track === this.#video) ?? runs[0];
    return { data, start: run.start, end: run.end, keyframe: run.keyframe, pictures: run.pictures };
  }

  #run(data, traf) {
    const tfhd = child(data, traf, "tfhd").start, tfdt = child(data, traf, "tfdt").start, trun = child(data, traf, "trun").start;
    const track = number(data, tfhd + 4);
    const scale = this.#timescales.get(track) / 1000;
    const begin = number(data, tfdt + 4) * 2 ** 32 + number(data, tfdt + 8);
    const flags = number(data, trun), count = number(data, trun + 4);
    const usual = { duration: number(data, tfhd + 12), flags: number(data, tfhd + 20) };
    let at = trun + 12, time = begin, first = usual.flags;
    if (flags & 0x4) { first = number(data, at); at += 4; }
    const pictures = [];
    for (let n = 0; n < count; n++) {
      let duration = usual.duration, offset = 0;
      if (flags & 0x100) { duration = number(data, at); at += 4; }
      if (flags & 0x200) at += 4;
      if (flags & 0x400) { if (!n) first = number(data, at); at += 4; }
      if (flags & 0x800) { offset = number(data, at) | 0; at += 4; }
      pictures.push((time + offset) / scale);
      time += duration;
    }
    pictures.sort((one, other) => one - other);
    return { track, start: begin / scale, end: time / scale, keyframe: !(first & NO_SYNC), pictures };
  }
}

function* boxes(data, at, end) {
  while (at + 8 <= end) {
    const size = number(data, at);
    if (size < 8) throw new Error("no MP4 box");
    yield { kind: kindOf(data, at), start: at + 8, end: at + size };
    at += size;
  }
}

function child(data, box, kind) {
  for (const one of boxes(data, box.start, box.end)) if (one.kind === kind) return one;
  throw new Error(`no ${kind} box`);
}

function kindOf(data, at) {
  return String.fromCharCode(...data.subarray(at + 4, at + 8));
}

function number(data, at) {
  return ((data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3]) >>> 0;
}

function joined(one, other) {
  if (!one.length) return other;
  const whole = new Uint8Array(one.length + other.length);
  whole.set(one);
  whole.set(other, one.length);
  return whole;
}

// Reads the directory of a ZIP archive of any size, and stored files in it, from a Blob (PKWARE APPNOTE.TXT 4.3).

const END = 0x06054b50, END64 = 0x06064b50, LOCATOR64 = 0x07064b50, ENTRY = 0x02014b50, LOCAL = 0x04034b50;
const LARGE = 0xffffffff;
const MOST_DIRECTORY = 64 * 1024 * 1024;

export class Damaged extends Error {}

// Map of name to {name, size, method, header}; header: offset of the local header.
export async function directory(blob) {
  const tail = await view(blob, Math.max(0, blob.size - 65_557 - 20), blob.size);
  let at = tail.byteLength - 22;
  while (at >= 0 && tail.getUint32(at, true) !== END) at -= 1;
  if (at < 0) throw new Damaged("end");
  let count = tail.getUint16(at + 10, true), size = tail.getUint32(at + 12, true), offset = tail.getUint32(at + 16, true);
  if (at >= 20 && tail.getUint32(at - 20, true) === LOCATOR64) {
    const place = Number(tail.getBigUint64(at - 12, true));
    const record = await view(blob, place, place + 56);
    if (record.byteLength < 56 || record.getUint32(0, true) !== END64) throw new Damaged("end");
    [count, size, offset] = [32, 40, 48].map((field) => Number(record.getBigUint64(field, true)));
  }
  if (size > MOST_DIRECTORY) throw new Damaged("directory");
  return entries(await view(blob, offset, offset + size), count);
}

export async function dataOffset(blob, entry) {
  const header = await view(blob, entry.header, entry.header + 30);
  if (header.byteLength < 30 || header.getUint32(0, true) !== LOCAL) throw new Damaged(entry.name);
  return entry.header + 30 + header.getUint16(26, true) + header.getUint16(28, true);
}

function entries(data, count) {
  const found = new Map();
  for (let at = 0, number = 0; number < count; number += 1) {
    if (at + 46 > data.byteLength || data.getUint32(at, true) !== ENTRY) throw new Damaged("directory");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => data.getUint16(at + field, true));
    const name = new TextDecoder().decode(new Uint8Array(data.buffer, at + 46, nameLength));
    const entry = { name, method: data.getUint16(at + 10, true), size: data.getUint32(at + 24, true), header: data.getUint32(at + 42, true) };
    widen(entry, data, at + 46 + nameLength, extraLength, data.getUint32(at + 20, true));
    found.set(name, entry);
    at += 46 + nameLength + extraLength + commentLength;
  }
  return found;
}

// ZIP64 (4.5.3): 64-bit values follow in this order for each field that is all ones.
function widen(entry, data, begin, length, packed) {
  for (let at = begin; at + 4 <= begin + length; at += 4 + data.getUint16(at + 2, true)) {
    if (data.getUint16(at, true) !== 1) continue;
    let place = at + 4;
    const next = () => { place += 8; return Number(data.getBigUint64(place - 8, true)); };
    if (entry.size === LARGE) entry.size = next();
    if (packed === LARGE) next();
    if (entry.header === LARGE) entry.header = next();
  }
}

async function view(blob, start, end) {
  return new DataView(await blob.slice(start, end).arrayBuffer());
}

/** The 85 characters of Z85 in the order of their values (ZeroMQ RFC 32). */
const alphabet =
  '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

/** Decodes Z85 text: four bytes for each five characters. Undefined for invalid text. */
export function decodeZ85(text: string): Uint8Array | undefined {
  if (text.length % 5 !== 0) return undefined;
  const bytes = new Uint8Array((text.length / 5) * 4);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at += 5) {
    let value = 0;
    for (const character of text.slice(at, at + 5)) {
      const digit = alphabet.indexOf(character);
      if (digit < 0) return undefined;
      value = value * 85 + digit;
    }
    // Five digits can exceed 32 bits: such a group is in the alphabet but invalid.
    if (value > 0xffff_ffff) return undefined;
    view.setUint32((at / 5) * 4, value);
  }
  return bytes;
}

/** Returns the Z85 text of bytes, whose number must be a multiple of four. */
export function encodeZ85(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    let value = view.getUint32(at);
    let group = '';
    for (let i = 0; i < 5; i++) {
      group = alphabet[value % 85] + group;
      value = Math.floor(value / 85);
    }
    text += group;
  }
  return text;
}

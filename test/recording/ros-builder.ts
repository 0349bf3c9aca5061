/** Writes the fields of a ROS 2 message in little-endian CDR. */
class CdrWriter {
  #bytes: number[] = [];

  u8(value: number): this {
    this.#bytes.push(value & 0xff);
    return this;
  }
  u32(value: number): this {
    while (this.#bytes.length % 4 !== 0) this.#bytes.push(0);
    for (let shift = 0; shift < 32; shift += 8) this.#bytes.push((value >>> shift) & 0xff);
    return this;
  }
  f64(...values: number[]): this {
    while (this.#bytes.length % 8 !== 0) this.#bytes.push(0);
    this.#bytes.push(...new Uint8Array(Float64Array.from(values).buffer));
    return this;
  }
  text(value: string): this {
    this.u32(value.length + 1);
    this.#bytes.push(...new TextEncoder().encode(value), 0);
    return this;
  }
  sequence(bytes: Uint8Array): this {
    this.u32(bytes.length);
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }
  done(): Uint8Array {
    return new Uint8Array([0, 1, 0, 0, ...this.#bytes]);
  }
}

/** `sensor_msgs/msg/Image` of 16x8 pixels. */
export function rosImage(frameId: string, encoding: string, data: Uint8Array): Uint8Array {
  const fields = new CdrWriter().u32(7).u32(5).text(frameId).u32(8).u32(16).text(encoding);
  return fields
    .u8(0)
    .u32(data.length / 8)
    .sequence(data)
    .done();
}

/** `sensor_msgs/msg/CameraInfo` of a pinhole of 16x8 pixels. */
export function rosCameraInfo(frameId: string, focalPx: number): Uint8Array {
  const fields = new CdrWriter().u32(7).u32(5).text(frameId).u32(8).u32(16).text('plumb_bob');
  fields.u32(5).f64(0, 0, 0, 0, 0);
  fields.f64(focalPx, 0, 8, 0, focalPx, 4, 0, 0, 1);
  fields.f64(1, 0, 0, 0, 1, 0, 0, 0, 1);
  return fields.f64(focalPx, 0, 8, 0, 0, focalPx, 4, 0, 0, 0, 1, 0).done();
}

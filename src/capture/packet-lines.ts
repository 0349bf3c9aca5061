/** A packet as ffmpeg's `framecrc` lists it. */
export interface PacketFacts {
  /** Presentation time, seconds; undefined if the packet has none. */
  timeS: number | undefined;
  lengthBytes: number;
}

/** ffmpeg's value for "no time": the smallest 64-bit integer. */
const noPts = -(2n ** 63n);

/** Lines of ffmpeg's `framecrc` muxer: `stream, dts, pts, duration, size, checksum`, after the time base. */
export class PacketLines {
  readonly #packets: PacketFacts[] = [];
  #timeBaseS = 0;
  #rest = '';
  #wake = (): void => {};
  #isOver = false;

  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!.slice(-4096);
    for (const line of lines) {
      const base = /^#tb 0: (\d+)\/(\d+)/.exec(line);
      if (base !== null) this.#timeBaseS = Number(base[1]) / Number(base[2]);
      const packet = /^0, *-?\d+, *(-?\d+), *\d+, *(\d+), *0x/.exec(line);
      if (packet === null) continue;
      const pts = BigInt(packet[1]!);
      const timeS = pts === noPts ? undefined : Number(pts) * this.#timeBaseS;
      this.#packets.push({ timeS, lengthBytes: Number(packet[2]) });
    }
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  /** Resolves with the next packet; undefined after the last. */
  async next(): Promise<PacketFacts | undefined> {
    for (;;) {
      const packet = this.#packets.shift();
      if (packet !== undefined || this.#isOver) return packet;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

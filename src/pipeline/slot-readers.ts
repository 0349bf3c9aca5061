/** Counts the readers of each frame's pixels and releases the slot after the last one. */
export class SlotReaders {
  readonly #frames = new Map<number, { slot: number; readers: number }>();

  constructor(readonly release: (slot: number) => void) {}

  /** Number of frames whose slot is held. */
  get size(): number {
    return this.#frames.size;
  }

  /** One more reader; the first one names the slot. */
  hold(frameId: number, slot?: number): void {
    const held = this.#frames.get(frameId);
    if (held !== undefined) held.readers++;
    else if (slot !== undefined) this.#frames.set(frameId, { slot, readers: 1 });
    else throw new RangeError(`frame ${frameId} holds no slot any more`);
  }

  letGo(frameId: number): void {
    const held = this.#frames.get(frameId);
    if (held === undefined) throw new RangeError(`frame ${frameId} holds no slot any more`);
    held.readers--;
    if (held.readers > 0) return;
    this.#frames.delete(frameId);
    this.release(held.slot);
  }
}

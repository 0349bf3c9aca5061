/** A page's thread whose script does not load the first time, as behind a server that is down for a moment. */
export class FlakyWorker {
  static started = 0;
  onmessage?: (event: { data: unknown }) => void;
  onerror?: (event: { message: string }) => void;
  readonly #place = FlakyWorker.started++;
  readonly #loaded: unknown;

  /** `loaded`: its answer once it has started. */
  constructor(loaded: unknown) {
    this.#loaded = loaded;
  }

  postMessage({ id }: { id: number }): void {
    const data = { id, loaded: this.#loaded };
    if (this.#place > 0) queueMicrotask(() => this.onmessage?.({ data }));
    else queueMicrotask(() => this.onerror?.({ message: '' }));
  }

  terminate(): void {}
}

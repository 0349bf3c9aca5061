/** Counts requests for frames in lock-step. A request may come before its frame is read, or after. */
export class RequestGate {
  readonly #signal: AbortSignal;
  #count = 0;
  #wake = (): void => {};

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake());
  }

  /** Requests one more frame. */
  request(): void {
    this.#count++;
    this.#wake();
  }

  /** Resolves when a frame is requested, and takes that request; or when the signal aborts. */
  async next(): Promise<void> {
    while (this.#count === 0 && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#count--;
  }
}

/** The newest of numbered messages, for pages that each wait for the first message that they have not seen. */
export class NewestMessage {
  #number = 0;
  #message: Uint8Array = new Uint8Array();
  #waiting: (() => void)[] = [];
  /** The number of the newest message that somebody took. */
  #taken = 0;
  #onTaken: (() => void)[] = [];
  #isClosed = false;

  /** Messages so far: the number of the newest one. */
  get number(): number {
    return this.#number;
  }

  /** Whether somebody waits for the next one. */
  get isAwaited(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether somebody has ever taken a message. */
  get isWatched(): boolean {
    return this.#taken > 0;
  }

  put(message: Uint8Array): void {
    this.#number++;
    this.#message = message;
    this.#wake();
  }

  /** Resolves with the newest message as soon as its number is above `seen`; once closed, with the last one at once. */
  async after(seen: number): Promise<Uint8Array> {
    // A page that has seen a higher number was connected to an earlier process.
    const known = Math.max(0, Math.min(seen, this.#number));
    while (this.#number <= known && !this.#isClosed)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken = this.#number;
    for (const tell of this.#onTaken.splice(0)) tell();
    return this.#message;
  }

  /** Resolves when somebody has taken the newest message. */
  async newestTaken(): Promise<void> {
    while (this.#taken < this.#number)
      await new Promise<void>((resolve) => this.#onTaken.push(resolve));
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

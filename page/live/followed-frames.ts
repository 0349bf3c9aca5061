import { signal } from '@preact/signals';

interface FollowOptions<Frame extends { bitmap: ImageBitmap | undefined }> {
  /** Frames are asked for at `/<room>/frame`, controls sent to `/<room>/control`. */
  room: string;
  /** Said while the server does not answer. */
  noAnswer: string;
  read(message: Uint8Array<ArrayBuffer>): Promise<Frame>;
  numberOf(frame: Frame): number;
  /** True for a frame after which none comes. */
  isLast?(frame: Frame): boolean;
}

/** How long it waits where nobody answers, milliseconds. */
const retryMs = 1000;
const keptBitmaps = 3;

/** Frames of a room of the server, one after the other while somebody looks; asked for only while the page is seen. */
export class FollowedFrames<Frame extends { bitmap: ImageBitmap | undefined }> {
  /** A frame without a picture of its own keeps the one before. */
  readonly frame = signal<Frame | undefined>(undefined);
  /** For the person, empty while all is well. */
  readonly error = signal('');
  readonly #options: FollowOptions<Frame>;
  #looking = 0;
  readonly #drawn: ImageBitmap[] = [];

  constructor(options: FollowOptions<Frame>) {
    this.#options = options;
  }

  /** Asks for frames until the answer is called. */
  look(): () => void {
    const looking = ++this.#looking;
    void this.#follow(() => looking === this.#looking);
    return () => {
      this.#looking++;
    };
  }

  async send(control: object): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(control);
    const { room } = this.#options;
    const answer = await fetch(`/${room}/control`, { method: 'POST', headers, body }).catch(
      () => {},
    );
    // What does not answer at all is told by the frames that do not come.
    if (answer !== undefined) this.error.value = answer.ok ? '' : (await answer.text()).trim();
  }

  async #follow(isWanted: () => boolean): Promise<void> {
    const { room, noAnswer, read, numberOf, isLast } = this.#options;
    while (isWanted()) {
      if (document.hidden) {
        await new Promise((resolve) =>
          document.addEventListener('visibilitychange', resolve, { once: true }),
        );
        continue;
      }
      try {
        const before = this.frame.value;
        const answer = await fetch(`/${room}/frame?after=${before ? numberOf(before) : 0}`);
        if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
        const frame = await read(new Uint8Array(await answer.arrayBuffer()));
        if (!isWanted()) return;
        this.#show(frame, before?.bitmap);
        if (this.error.value === noAnswer) this.error.value = '';
        if (isLast?.(frame)) return;
      } catch {
        if (!isWanted()) return;
        this.error.value = noAnswer;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  #show(frame: Frame, before: ImageBitmap | undefined): void {
    if (frame.bitmap !== undefined) this.#drawn.push(frame.bitmap);
    this.frame.value = frame.bitmap === undefined ? { ...frame, bitmap: before } : frame;
    if (this.#drawn.length > keptBitmaps) this.#drawn.shift()!.close();
  }
}

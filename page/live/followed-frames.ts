import { signal } from '@preact/signals';

interface FollowOptions<Frame extends { bitmap: ImageBitmap | undefined }> {
  /** Frames are requested at `/<room>/frame`, controls sent to `/<room>/control`. */
  room: string;
  /** Error shown while the server does not answer. */
  noAnswer: string;
  read(message: Uint8Array<ArrayBuffer>): Promise<Frame>;
  numberOf(frame: Frame): number;
  /** True for the last frame. */
  isLast?(frame: Frame): boolean;
}

/** Wait before the next try if the server does not answer, milliseconds. */
const retryMs = 1000;
const keptBitmaps = 3;

/** Follows the frames of a room of the server, one after the other, only while `look` is active and the page is visible. */
export class FollowedFrames<Frame extends { bitmap: ImageBitmap | undefined }> {
  /** The newest frame; one without its own picture keeps the previous one. */
  readonly frame = signal<Frame | undefined>(undefined);
  /** Error for the user, empty if there is none. */
  readonly error = signal('');
  readonly #options: FollowOptions<Frame>;
  #looking = 0;
  readonly #drawn: ImageBitmap[] = [];

  constructor(options: FollowOptions<Frame>) {
    this.#options = options;
  }

  /** Requests frames until the returned function is called. */
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
    // A server that does not answer at all is reported by the frame requests.
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

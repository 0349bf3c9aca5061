import { choosePictures, type PictureStream } from '../../src/recording/picture-stream.js';
import { picturesIn } from '../../src/recording/pictures-in.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';

/** Reads one camera's pictures from a recording. Close it when done. */
export class DrivePictures {
  readonly reader: RecordingReader;
  readonly stream: PictureStream;
  /** Which topic was chosen, if there was a choice. */
  readonly note: string | undefined;

  private constructor(reader: RecordingReader, stream: PictureStream, note: string | undefined) {
    this.reader = reader;
    this.stream = stream;
    this.note = note;
  }

  /** Rejects as RecordingReader.open does, and with ERR_RECORDING if there are no pictures. */
  static async open(path: string, topic?: string): Promise<DrivePictures> {
    const reader = await RecordingReader.open(path);
    try {
      const { stream, note } = await choosePictures(reader, topic);
      return new DrivePictures(reader, stream, note);
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  inTurn() {
    return picturesIn(this.reader, this.stream);
  }

  close(): Promise<void> {
    return this.reader.close();
  }
}

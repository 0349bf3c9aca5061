/** A channel of another recording, as it is described there. */
export interface CopiedChannel {
  topic: string;
  messageEncoding: string;
  /** Undefined where its messages describe themselves. */
  schema: { name: string; encoding: string; data: Uint8Array } | undefined;
}

/** Bytes and proofs, counted since the process started. */
export class Meter {
  bytesSent = 0;
  bytesReceived = 0;
  proofsChecked = 0;
  sent(bytes: number): void {
    this.bytesSent += bytes;
  }
  received(bytes: number): void {
    this.bytesReceived += bytes;
  }
}

/**
 * Where a process says what it has to say. Whoever read it may be gone, or the disk behind it full:
 * then nothing more is said there, and the work goes on. A stream that failed would keep for ever
 * what it is given.
 */

export interface Sink {
  write(text: string): unknown
  on(event: 'error', listener: () => void): unknown
}

export function sayingTo(sink: Sink): (text: string) => void {
  let isHeard = true
  sink.on('error', () => {
    isHeard = false
  })
  return text => {
    if (isHeard) sink.write(text)
  }
}

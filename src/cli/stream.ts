/**
 * Where a process says what it has to say. Whoever read it may be gone: then nothing more is said
 * there, and the work goes on; a stream that failed would keep for ever what it is given. A disk
 * behind it that is full may have room again: what is said meanwhile is lost, what comes then is
 * said, on a line of its own.
 */

export interface Sink {
  write(text: string): unknown
  on(event: 'error', listener: (error: Error & { readonly code?: string }) => void): unknown
}

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])

export function sayingTo(sink: Sink): (text: string) => void {
  let isHeard = true
  /** The last line may have found room for a part of it. */
  let isTorn = false
  sink.on('error', ({ code = '' }) => {
    if (FULL.has(code)) isTorn = true
    else isHeard = false
  })
  return text => {
    if (!isHeard) return
    const line = isTorn ? `\n${text}` : text
    isTorn = false
    sink.write(line)
  }
}

/** Files that people name: read whole, or told what is wrong with them and what to do. */

import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { CommandFailure, exitCodes } from './exit.ts'

const advice: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; see how its path is written',
  ENOTDIR: 'a part of its path is a file; see how it is written',
  EISDIR: 'it is a folder; name a file in it',
  EACCES: 'its rights do not allow it; let the user of this process read it',
  EPERM: 'its rights do not allow it; let the user of this process read it',
}

export function readInput(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw unreadable(path, error as NodeJS.ErrnoException)
  }
}

export function readInputSoon(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, error)
  })
}

function unreadable(path: string, { code = '', message }: NodeJS.ErrnoException): CommandFailure {
  const why = advice[code] ?? `${message}; see to the disk that it is on`
  return new CommandFailure(exitCodes.badInput, `${path} cannot be read: ${why}`)
}

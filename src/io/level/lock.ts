/**
 * The lock on a data folder, for as long as the process lives or until it is released: an empty
 * database of its own in `lock/`, since Node has no other lock that a killed process leaves. The
 * file that carries it is never removed, or two processes would each lock one of that name.
 */

import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import { WeirError } from '../../base/errors.ts'
import { diskTrouble } from '../disk-trouble.ts'

const FOLDER = 'lock'
/** As LevelDB calls it. */
const CARRIER = 'LOCK'

export class FolderLock {
  readonly #database: Level

  private constructor(database: Level) {
    this.#database = database
  }

  /** Rejects with `data-in-use` when another process has it. */
  static async take(folder: string): Promise<FolderLock> {
    const path = join(folder, FOLDER)
    try {
      return await FolderLock.#opened(path)
    } catch (error) {
      if (isLocked(error)) throw inUse(folder)
    }
    // Damaged with the machine's fall, perhaps: nothing is in it. Whoever has the lock keeps it.
    try {
      await emptied(path)
      return await FolderLock.#opened(path)
    } catch (error) {
      throw isLocked(error) ? inUse(folder) : cannotLock(folder, error)
    }
  }

  release(): Promise<void> {
    return this.#database.close()
  }

  static async #opened(path: string): Promise<FolderLock> {
    const database = new Level(path)
    await database.open()
    return new FolderLock(database)
  }
}

async function emptied(path: string): Promise<void> {
  for (const name of await readdir(path)) {
    if (name !== CARRIER) await rm(join(path, name), { recursive: true, force: true })
  }
}

/** LevelDB's own words stand below those of its wrapper. */
export function codeOf(error: unknown): string | undefined {
  const { code, cause } = error as { code?: string; cause?: { code?: string } }
  return cause?.code ?? code
}

export function saidBy(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { message?: string } }
  return cause?.message ?? message
}

/** LevelDB calls whatever the system said of the lock so: these are the words of a holder. */
const HELD = /already held|temporarily unavailable|Permission denied|Access is denied/

export const isLocked = (error: unknown) =>
  codeOf(error) === 'LEVEL_LOCKED' && HELD.test(saidBy(error))

export function inUse(folder: string): WeirError {
  return new WeirError(
    'data-in-use',
    'another process works in this data folder; stop it, or give this node a folder of its own',
    { folder },
  )
}

export function cannotLock(folder: string, error: unknown): WeirError {
  const message = saidBy(error)
  const trouble = diskTrouble({ message })
  if (trouble !== undefined) return trouble
  const sentence = `the data folder cannot be locked (${message})`
  const advice =
    codeOf(error) === 'LEVEL_LOCKED'
      ? 'put it on a file system that has locks, or see to those of this one'
      : 'see that the folder is whole, and that this user may write to it'
  return new WeirError('data-unusable', `${sentence}; ${advice}`, { folder })
}

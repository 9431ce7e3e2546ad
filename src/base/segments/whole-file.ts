/**
 * Files that are there whole or not at all: written under a name for the time being, synced,
 * renamed, and the folder synced.
 */

import type { AppendFile, Disk } from '../env.ts'
import type { Guard } from './guard.ts'
import { partOf } from './names.ts'

/** `done` gets the file, still open to append to. The part must not be there. */
export function writeWhole(
  parts: { readonly disk: Disk; readonly guard: Guard },
  name: string,
  bytes: Uint8Array,
  done: (file: AppendFile) => void,
): void {
  const { disk, guard } = parts
  const file = disk.append(partOf(name))
  const publish = () => publishPart(parts, name, () => done(file))
  const sync = () => file.sync(guard.step(publish))
  file.write(bytes, guard.step(sync))
}

/** Gives a part that is written and synced its name. */
export function publishPart(
  { disk, guard }: { readonly disk: Disk; readonly guard: Guard },
  name: string,
  done: () => void,
): void {
  const syncNames = () => disk.syncFolder(guard.step(done))
  disk.rename(partOf(name), name, guard.step(syncNames))
}

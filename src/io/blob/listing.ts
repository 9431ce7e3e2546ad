/**
 * Keys below a folder, in the order of their bytes, which is not that of folders: what is in `a/`
 * comes behind `a-b` and before `a0`. Only folders are read in which there may be something to
 * tell. What goes while it is being read may be told or not.
 */

import type { Dirent } from 'node:fs'
import { join } from 'node:path'
import { isBlobKey } from '../../base/blob-key.ts'
import type { BlobList, BlobListRequest } from '../../base/blob-store.ts'
import type { Files } from './files.ts'
import { systemCode } from './trouble.ts'

const isGone = (error: unknown) => systemCode(error) === 'ENOENT'

/** A folder's name ends with a `/`, as keys in it go on. */
const nameOf = (entry: Dirent) => (entry.isDirectory() ? `${entry.name}/` : entry.name)

async function namesIn(files: Files, folder: string): Promise<readonly string[]> {
  try {
    const entries = await files.readdir(folder, { withFileTypes: true })
    return entries.map(nameOf).sort()
  } catch (error) {
    if (isGone(error)) return []
    throw error
  }
}

/** Nothing behind `after` begins so: all of it lies before. */
const isBefore = (start: string, after: string) => start < after && !after.startsWith(start)

function mayHold(start: string, { prefix, after }: BlobListRequest): boolean {
  const fits = start.startsWith(prefix) || prefix.startsWith(start)
  return fits && !isBefore(start, after)
}

/** `path` is empty, or ends with a `/`. */
async function* keysIn(
  files: Files,
  root: string,
  path: string,
  request: BlobListRequest,
): AsyncGenerator<string> {
  for (const name of await namesIn(files, join(root, path))) {
    const at = `${path}${name}`
    if (name.endsWith('/')) {
      if (mayHold(at, request)) yield* keysIn(files, root, at, request)
    } else if (at.startsWith(request.prefix) && at > request.after && isBlobKey(at)) {
      yield at
    }
  }
}

export async function listed(
  files: Files,
  root: string,
  request: BlobListRequest,
): Promise<BlobList> {
  const blobs: { key: string; sizeBytes: number }[] = []
  for await (const key of keysIn(files, root, '', request)) {
    if (blobs.length === request.limit) return { blobs, isMore: true }
    try {
      blobs.push({ key, sizeBytes: (await files.stat(join(root, key))).size })
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }
  return { blobs, isMore: false }
}

/**
 * Small files that are either the old one or the new one, whatever happens: written under another
 * name, synced, renamed, and the folder synced. One writer at a time for each file. What lies where
 * a file should and is none is told as such; what the disk refuses, as the system says it.
 */

import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { WeirError } from '../base/errors.ts'

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? ''
const isMissing = (error: unknown) => codeOf(error) === 'ENOENT'

/** What the system says of a folder in place of a file, and the other way round. */
const wrongKinds: readonly string[] = [
  'EISDIR',
  'ERR_FS_EISDIR',
  'ENOTDIR',
  'EEXIST',
  'ENOTEMPTY',
  'ELOOP',
  'ENXIO',
]

/** Something else than what is kept there lies there. */
export function wrongKind(path: string, error: unknown): unknown {
  if (!wrongKinds.includes(codeOf(error))) return error
  const what = `${path} is not what a node keeps there (${(error as Error).message})`
  return new WeirError('data-damaged', `${what}; move it away, or restore the data folder`)
}

export async function writeSmallFile(path: string, text: string): Promise<void> {
  try {
    await replace(path, text)
  } catch (error) {
    throw wrongKind(path, error)
  }
}

async function replace(path: string, text: string): Promise<void> {
  const draft = `${path}.new`
  const file = await open(draft, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  await syncFolder(dirname(path))
}

/** undefined: there is no such file. */
export async function readSmallFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw wrongKind(path, error)
  }
}

/** Durably gone; that it was there is not asked. */
export async function removeSmallFile(path: string): Promise<void> {
  try {
    await rm(path, { force: true })
  } catch (error) {
    throw wrongKind(path, error)
  }
  await syncFolder(dirname(path))
}

/** Makes names and, for files, bytes durable, whoever wrote them. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/**
 * With those above it. Node's own way to do that tries for ever where the system says that there is
 * no such folder of one that there is, as /proc does.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if (await isFolder(path)) return
    if (!isMissing(error) || dirname(path) === path) throw error
    await makeFolder(dirname(path))
    await makeLast(path)
  }
}

/** Somebody else may make it at the same time. */
async function makeLast(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if (!(await isFolder(path))) throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

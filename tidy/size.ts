/** Length of files and lines, and how many sources share a folder. */

import type { Finding } from './finding.ts'
import { stops } from './limits.ts'
import { isTest, type Source } from './source.ts'

/** A last newline ends a line, it does not begin one. */
export const lineCount = (text: string): number =>
  text.split('\n').length - (text.endsWith('\n') ? 1 : 0)

export function fileLength({ path, text }: Source): readonly Finding[] {
  const lines = lineCount(text)
  if (lines <= stops.fileLines) return []
  const message = `${lines} lines; a file stops at ${stops.fileLines}`
  return [{ path, line: 1, rule: 'file-length', message }]
}

export function lineLength({ path, lines }: Source): readonly Finding[] {
  return lines.flatMap((text, at) => {
    if (text.length <= stops.lineColumns) return []
    const message = `${text.length} columns; a line stops at ${stops.lineColumns}`
    return [{ path, line: at + 1, rule: 'line-length', message }]
  })
}

/** Tests stand beside their source and do not count. */
export function folderSize(tree: readonly Source[]): readonly Finding[] {
  const counts = new Map<string, number>()
  for (const { path } of tree) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    if (!isTest(path)) counts.set(folder, (counts.get(folder) ?? 0) + 1)
  }
  return [...counts].flatMap(([folder, count]) => {
    if (count <= stops.folderSources) return []
    const message = `${count} source files; a folder stops at ${stops.folderSources}`
    return [{ path: `${folder}/`, line: 1, rule: 'folder-size', message }]
  })
}

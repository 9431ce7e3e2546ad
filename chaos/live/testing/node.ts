/**
 * A node for tests of the driver alone: reads its configuration, keeps a count of its starts in its
 * data folder, is ready, and says that it leads group 1 if it founded the cluster.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeProgram } from '../cluster/node.ts'

const script = `
const fs = require('node:fs'), http = require('node:http')
const config = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
const file = config.data + '/starts'
const starts = 1 + (fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : 0)
fs.writeFileSync(file, String(starts))
const role = config.bootstrap ? 'leader' : 'follower'
http.createServer((request, answer) => {
  if (request.url === '/readyz') return answer.end()
  const replica = { group: 'kv/1', id: 1, node: config.id, role, term: 1, members: [] }
  answer.end(JSON.stringify({ starts, groups: [replica] }))
}).listen(config.http.split(':')[1], '127.0.0.1')
`

export function nodeProgram(folder: string): NodeProgram {
  const path = join(folder, 'node.cjs')
  writeFileSync(path, script)
  return { command: process.execPath, args: [path] }
}

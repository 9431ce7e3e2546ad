/** An embedded log behind gRPC, on a folder of its own, and clients of it. */

import type { StreamLog } from '../../../base/stream-log.ts'
import { FolderDisk } from '../../../io/disk.ts'
import { tempFolder } from '../../../io/testing/folder.ts'
import { LogClient } from '../client.ts'
import { GrpcLine } from '../wire/client.ts'
import { LogServer, type ServerAnswer } from '../wire/server.ts'
import { openLog } from './rig.ts'

export interface Served {
  readonly address: string
  client(): StreamLog
  close(): Promise<void>
}

export async function served(
  folder = tempFolder(),
  listen = '127.0.0.1:0',
  name = 'log-of-tests',
): Promise<Served> {
  const log = await openLog(new FolderDisk(folder), { name })
  const answer = await new Promise<ServerAnswer>(resolve => {
    LogServer.open(log, listen, undefined, resolve)
  })
  if ('refused' in answer) throw new Error(answer.refused.message)
  const { server } = answer
  const address = `127.0.0.1:${server.port}`
  const lines: GrpcLine[] = []
  const client = (): StreamLog => {
    const line = new GrpcLine({ address })
    lines.push(line)
    return new LogClient(line)
  }
  const close = async (): Promise<void> => {
    for (const line of lines) line.close()
    await new Promise<void>(resolve => server.close(resolve))
    await new Promise<void>(resolve => log.close(resolve))
  }
  return { address, client, close }
}

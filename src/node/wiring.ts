/** Between host and links: the host hears what it wants; what is for people goes to the log. */

import type { NodeId } from '../base/ids.ts'
import type { Logger } from '../base/log.ts'
import { isOldCode } from '../raft/host/loss.ts'
import type { HostLinks } from '../raft/host/ports.ts'
import type { Links } from '../raft/links/links.ts'

export interface WiringParts {
  readonly logger: Logger
  onFatal(code: string, message: string): void
}

export function hostLinks(links: Links, { logger, onFatal }: WiringParts): HostLinks {
  return {
    send: (to, lane, bytes) => links.send(to, lane, bytes),
    listen: host => {
      const whyClosed = (node: NodeId): string =>
        links.status().find(peer => peer.node === node)?.lastClosed ?? ''
      links.listen({
        onFrame: (from, bytes) => host.onFrame(from, bytes),
        onPeerLost: node => {
          logger.log('warn', 'a peer is lost', { peer: node, why: whyClosed(node) })
          host.onPeerLost(node)
        },
        onPeerUp: (node, hello) => {
          const closed = whyClosed(node)
          logger.log('info', 'a peer is up', { peer: node, boot: hello.boot, closed })
          host.onPeerUp(node)
        },
        onRefused: (node, code, message, isTheirs) => {
          logger.log('warn', 'a connection was refused', { peer: node ?? '', code, why: message })
          host.onRefused(node, code)
          if (isTheirs && isOldCode(code)) {
            onFatal(code, `a peer remembers a newer data folder: ${message}`)
          }
        },
      })
    },
  }
}

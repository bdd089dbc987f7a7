import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { Secret } from '@concord/protocol';
import { nodePlatform, nodeRandom } from './platform.ts';

test('[AG3] HMAC is that of OpenSSL for keys shorter than, as long as and longer than a block', () => {
  for (const keyBytes of [0, 1, 16, 32, 63, 64, 65, 200]) {
    for (const dataBytes of [0, 1, 55, 56, 64, 1000]) {
      const [key, data] = [nodeRandom(keyBytes), nodeRandom(dataBytes)];
      const expected = createHmac('sha256', key).update(data).digest();
      assert.equal(Buffer.compare(nodePlatform.hmacSha256(key, data), expected), 0, `${keyBytes}, ${dataBytes}`);
    }
  }
});

test('an X25519 key pair is the one of RFC 7748, section 6.1', () => {
  const secretKey = new Secret(Buffer.from('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a', 'hex'));
  const { publicKey } = nodePlatform.x25519KeyPair(secretKey);
  assert.equal(
    Buffer.from(publicKey).toString('hex'),
    '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
  );
});

package io.elasticjob.alert;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * What connections to a webhook are made with under TLS.
 *
 * @param context with the keys, and with the certificates that are trusted
 * @param parameters protocols and ciphers
 */
public record WebhookTls(SSLContext context, SSLParameters parameters) {}

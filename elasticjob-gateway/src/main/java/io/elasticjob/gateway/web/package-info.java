/** The gateway's two ways into a web server. */
@NullMarked
package io.elasticjob.gateway.web;

import org.jspecify.annotations.NullMarked;

/** The stored form of the words: JSON with a {@code format} number, as pure functions between words and bytes. */
@NullMarked
package io.elasticjob.codec;

import org.jspecify.annotations.NullMarked;

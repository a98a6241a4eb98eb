package io.elasticjob.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThrownTest {

    @Test
    void whatHasWordsIsToldAsItIs() {
        Exception thrown = new Exception("disk full", new IllegalStateException());
        thrown.addSuppressed(new AssertionError("later"));

        assertThat(Thrown.tellable(thrown)).isSameAs(thrown);
    }

    @Test
    void inPlaceOfWhatHasNoneItsKindIsTold() {
        Exception wordless = new Exception() {
            @Override
            public String toString() {
                throw new StackOverflowError("on purpose");
            }
        };
        Exception suppressing = new Exception("disk full");
        suppressing.addSuppressed(wordless);

        assertThat(Thrown.tellable(wordless))
                .hasMessageContaining(wordless.getClass().getName())
                .hasMessageContaining("StackOverflowError");
        assertThat(Thrown.tellable(new Exception("disk full", wordless))).hasMessageContaining("java.lang.Exception");
        assertThat(Thrown.tellable(suppressing)).hasMessageContaining("java.lang.Exception");
    }

    @Test
    void causesThatGoRoundInACircleComeToAnEnd() {
        Exception one = new Exception("one");
        Exception other = new Exception("other", one);
        one.initCause(other);

        assertThat(Thrown.tellable(one)).isSameAs(one);
    }
}

